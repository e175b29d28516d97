-- Whether GitHub may have, or yet get, a status of this context of which nobody knows.
ALTER TABLE statuses ADD COLUMN doubt BIGINT NOT NULL DEFAULT 0;
