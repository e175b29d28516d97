-- Variables of repositories' settings. Values are sealed with the master key, public ones, too. The
-- branch is '' where a variable is for all. One that was changed or removed stays, sealed, until no job
-- runs that may have it: its value must be hidden in that job's log to the end.
CREATE TABLE variables (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    repository      BIGINT NOT NULL,
    name            TEXT NOT NULL,
    branch          TEXT NOT NULL,
    public          BIGINT NOT NULL,
    sealed          BLOB NOT NULL,
    changed         BIGINT NOT NULL,
    replaced        BIGINT
);
CREATE UNIQUE INDEX variables_present ON variables (repository, name, branch) WHERE replaced IS NULL;
CREATE INDEX variables_replaced ON variables (repository, replaced) WHERE replaced IS NOT NULL;
