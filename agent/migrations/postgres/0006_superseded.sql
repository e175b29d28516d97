-- Whether jobs of it were canceled for a newer build, and nobody has restarted or canceled it since.
ALTER TABLE builds ADD COLUMN superseded BIGINT NOT NULL DEFAULT 0;
