-- Head commits of pull requests from forks that somebody has looked at. Times as in the first step.
CREATE TABLE approvals (
    repository      BIGINT NOT NULL,
    pull_request    BIGINT NOT NULL,
    head_sha        TEXT NOT NULL,
    approved_by     TEXT NOT NULL,
    approved        BIGINT NOT NULL,
    PRIMARY KEY (repository, pull_request, head_sha)
);
