-- How often a job was given back in this attempt before anything of it had run.
ALTER TABLE jobs ADD COLUMN returns BIGINT NOT NULL DEFAULT 0;
-- The agent that sends a status, while it does: what it leaves behind it sends again at its start.
ALTER TABLE statuses ADD COLUMN taken_by TEXT;
