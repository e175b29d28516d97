-- Groups of `concurrency:`, with their scope before them. A build of a group is outside of it (0), waits
-- for it (1) or has it (2); `turn` tells when it was made or last restarted among all of its repository.
-- The gate of a queued job is closed (1) as long as it or its build waits for a group.
ALTER TABLE repositories ADD COLUMN next_turn BIGINT NOT NULL DEFAULT 1;
ALTER TABLE builds ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
ALTER TABLE builds ADD COLUMN group_key TEXT;
ALTER TABLE builds ADD COLUMN group_cancel BIGINT NOT NULL DEFAULT 0;
-- The groups of its jobs, as JSON.
ALTER TABLE builds ADD COLUMN group_wants TEXT NOT NULL DEFAULT '[]';
ALTER TABLE builds ADD COLUMN in_group BIGINT NOT NULL DEFAULT 0;
-- Which newer one took the group from it or a job of it.
ALTER TABLE builds ADD COLUMN gave_way TEXT;
ALTER TABLE jobs ADD COLUMN group_key TEXT;
ALTER TABLE jobs ADD COLUMN group_cancel BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN gate BIGINT NOT NULL DEFAULT 0;

DROP INDEX jobs_waiting;
CREATE INDEX jobs_waiting ON jobs (repository, build, number)
    WHERE state = 'queued' AND agent IS NULL AND lost = 0 AND gate = 0;
CREATE INDEX jobs_gated ON jobs (id)
    WHERE state = 'queued' AND agent IS NULL AND lost = 0 AND gate = 1;
CREATE INDEX builds_in_groups ON builds (repository, id) WHERE in_group > 0;
CREATE INDEX jobs_in_groups ON jobs (repository, id)
    WHERE group_key IS NOT NULL AND state IN ('queued', 'started');
-- Whatever happens, there are never two holders of one kind.
CREATE UNIQUE INDEX builds_holding ON builds (repository, group_key) WHERE in_group = 2;
CREATE UNIQUE INDEX jobs_holding ON jobs (repository, group_key)
    WHERE group_key IS NOT NULL AND gate = 0 AND state IN ('queued', 'started');
