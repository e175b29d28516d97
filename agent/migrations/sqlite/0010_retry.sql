-- What `retry:` of a job says, as JSON, and how often the job has run again by it: since it was made or
-- somebody restarted it, and up to which an earlier attempt was the result of it.
ALTER TABLE jobs ADD COLUMN retry TEXT;
ALTER TABLE jobs ADD COLUMN retried BIGINT NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN retried BIGINT NOT NULL DEFAULT 0;
