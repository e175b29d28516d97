-- Under which a build is told: other settings do not change it before its end, so that no other context
-- is left pending. Unknown for builds that had ended before there was this column.
ALTER TABLE builds ADD COLUMN context TEXT;
UPDATE builds SET context = (
    SELECT min(s.context) FROM statuses AS s
    WHERE s.repository = builds.repository AND s.sha = builds.status_sha AND s.build = builds.id
) WHERE finished IS NULL;
