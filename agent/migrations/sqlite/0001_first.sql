-- Times are milliseconds since 1970, truth values 0 and 1, lists and structures JSON.

CREATE TABLE repositories (
    id              INTEGER PRIMARY KEY,
    slug            TEXT NOT NULL,
    slug_lower      TEXT NOT NULL,
    -- Grows with every description, so that of two rows with one name the present one is known.
    described       BIGINT NOT NULL,
    private         BIGINT NOT NULL,
    default_branch  TEXT NOT NULL,
    active          BIGINT NOT NULL,
    hook            BIGINT,
    settings        TEXT NOT NULL,
    -- A copy of the settings' limit, for the claim.
    max_jobs        BIGINT,
    next_build      BIGINT NOT NULL DEFAULT 1,
    created         BIGINT NOT NULL
);
CREATE INDEX repositories_by_name ON repositories (slug_lower, described);

CREATE TABLE deliveries (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    guid            TEXT NOT NULL UNIQUE,
    event           TEXT NOT NULL,
    body            BLOB NOT NULL,
    polled          BIGINT NOT NULL,
    received        BIGINT NOT NULL,
    repository      BIGINT,
    -- build, skipped, ignored or error; NULL while it waits.
    outcome         TEXT,
    outcome_text    TEXT,
    build           BIGINT,
    tries           BIGINT NOT NULL DEFAULT 0,
    last_error      TEXT,
    due             BIGINT NOT NULL,
    finished        BIGINT
);
CREATE INDEX deliveries_waiting ON deliveries (id) WHERE outcome IS NULL;
CREATE INDEX deliveries_waiting_of_repository ON deliveries (repository, id) WHERE outcome IS NULL;
CREATE INDEX deliveries_of_repository ON deliveries (repository, id);

CREATE TABLE heads (
    repository      BIGINT NOT NULL,
    name            TEXT NOT NULL,
    sha             TEXT NOT NULL,
    changed         BIGINT NOT NULL,
    PRIMARY KEY (repository, name)
);

CREATE TABLE builds (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    repository      BIGINT NOT NULL REFERENCES repositories (id),
    number          BIGINT NOT NULL,
    delivery        BIGINT,
    meaning         TEXT NOT NULL,
    request         TEXT NOT NULL,
    sources         TEXT NOT NULL,
    stages          TEXT NOT NULL,
    fast_finish     BIGINT NOT NULL,
    refused         TEXT,
    status_sha      TEXT NOT NULL,
    -- Of pushes only; a pull request has its number instead.
    branch          TEXT,
    pull_request    BIGINT,
    state           TEXT NOT NULL,
    created         BIGINT NOT NULL,
    started         BIGINT,
    finished        BIGINT,
    -- When it was made or last restarted: of two builds that speak of one commit the later wins.
    round           BIGINT NOT NULL,
    UNIQUE (repository, number),
    UNIQUE (repository, meaning)
);
CREATE INDEX builds_of_repository ON builds (repository, id);
CREATE INDEX builds_of_branch ON builds (repository, branch, id);
CREATE INDEX builds_of_pull_request ON builds (repository, pull_request, id);
CREATE INDEX builds_unfinished ON builds (id) WHERE finished IS NULL;

CREATE TABLE jobs (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    build           BIGINT NOT NULL REFERENCES builds (id),
    repository      BIGINT NOT NULL,
    number          BIGINT NOT NULL,
    stage           BIGINT NOT NULL,
    plan            TEXT NOT NULL,
    allow_failure   BIGINT NOT NULL,
    -- The present attempt.
    attempt         BIGINT NOT NULL DEFAULT 1,
    state           TEXT NOT NULL,
    stopping        BIGINT NOT NULL DEFAULT 0,
    reason          TEXT,
    queued          BIGINT,
    started         BIGINT,
    finished        BIGINT,
    summary         TEXT NOT NULL DEFAULT '{}',
    asked_by        TEXT,
    -- The lease: held by an agent until a time of the named clock.
    epoch           BIGINT NOT NULL DEFAULT 0,
    agent           TEXT,
    lease_clock     TEXT,
    lease_until     BIGINT,
    deploying       BIGINT NOT NULL DEFAULT 0,
    requeues        BIGINT NOT NULL DEFAULT 0,
    -- Its holder is gone for good and the scheduler has not yet ended it.
    lost            BIGINT NOT NULL DEFAULT 0,
    UNIQUE (build, number)
);
CREATE INDEX jobs_waiting ON jobs (repository, build, number) WHERE state = 'queued' AND agent IS NULL AND lost = 0;
CREATE INDEX jobs_leased ON jobs (repository) WHERE agent IS NOT NULL;
CREATE INDEX jobs_of_agent ON jobs (agent) WHERE agent IS NOT NULL;
CREATE INDEX jobs_lost ON jobs (id) WHERE lost = 1;

CREATE TABLE attempts (
    job             BIGINT NOT NULL REFERENCES jobs (id),
    number          BIGINT NOT NULL,
    state           TEXT NOT NULL,
    reason          TEXT,
    queued          BIGINT,
    started         BIGINT,
    finished        BIGINT,
    summary         TEXT NOT NULL,
    asked_by        TEXT,
    PRIMARY KEY (job, number)
);

CREATE TABLE statuses (
    repository      BIGINT NOT NULL,
    sha             TEXT NOT NULL,
    context         TEXT NOT NULL,
    build           BIGINT NOT NULL,
    round           BIGINT NOT NULL,
    state           TEXT NOT NULL,
    description     TEXT NOT NULL,
    target          TEXT NOT NULL,
    version         BIGINT NOT NULL,
    changed         BIGINT NOT NULL,
    -- When to send it; NULL where GitHub has it, or will never take it.
    due             BIGINT,
    tries           BIGINT NOT NULL DEFAULT 0,
    last_error      TEXT,
    sent            BIGINT NOT NULL DEFAULT 0,
    sent_count      BIGINT NOT NULL DEFAULT 0,
    sent_at         BIGINT,
    PRIMARY KEY (repository, sha, context)
);
CREATE INDEX statuses_due ON statuses (due) WHERE due IS NOT NULL;
