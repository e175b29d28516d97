-- What an agent of version 1 left in the midst of a build: its second job runs, its first was
-- restarted, a delivery and a status wait. Ids are the database's own.
INSERT INTO agent_tables (version) VALUES (1);
INSERT INTO repositories (id, slug, slug_lower, described, private, default_branch, active, hook, settings, max_jobs, next_build, created)
VALUES (1296269, 'Octo/Hello', 'octo/hello', 3, 1, 'main', 1, 42,
    '{"build_pushes":true,"build_pull_requests":true,"auto_cancel_pushes":true,"auto_cancel_pull_requests":true,"docker":true,"max_jobs":2}',
    2, 8, 1700000000000);
INSERT INTO deliveries (guid, event, body, polled, received, repository, outcome, build, due, finished)
VALUES ('72d3162e-cc78-11e3-81ab-4c9367dc0958', 'push', BYTES('{"ref":"refs/heads/main"}'), 0, 1700000001000, 1296269, 'build', 1, 1700000001000, 1700000002000);
INSERT INTO deliveries (guid, event, body, polled, received, due, tries, last_error)
VALUES ('a2d3162e-cc78-11e3-81ab-4c9367dc0958', 'push', BYTES('{"ref":"refs/heads/topic"}'), 1, 1700000009000, 1700000012000, 2, 'GitHub answered 502');
INSERT INTO heads (repository, name, sha, changed)
VALUES (1296269, 'refs/heads/main', '5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e', 1700000001000);
INSERT INTO builds (repository, number, delivery, meaning, request, sources, stages, fast_finish, status_sha, branch, state, created, started, round)
VALUES (1296269, 7, 1, 'push refs/heads/main 5ca1ab1e',
    '{"event":"Push","slug":"Octo/Hello","private":true,"default_branch":"main","branch":"main","tag":null,"sha":"5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e","commit_range":"","commit_message":"Zeig, was möglich ist","sender":"octocat","fork":false,"pull_request":null,"variables":[],"changed_paths":null}',
    '[[".ci.yml","script: make\n"]]', '[null,"Deploy"]', 0,
    '5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e', 'main', 'started', 1700000002000, 1700000003000, 1700000002000);
INSERT INTO jobs (build, repository, number, stage, plan, allow_failure, attempt, state, queued, summary, asked_by)
VALUES (1, 1296269, 1, 0, '{"number":1,"title":"Rust: 1.80","language":"rust","os":"linux"}', 0, 2, 'queued', 1700000020000, '{}', 'octocat');
INSERT INTO jobs (build, repository, number, stage, plan, allow_failure, state, queued, started, epoch, agent, lease_clock, lease_until)
VALUES (1, 1296269, 2, 0, '{"number":2,"title":"Rust: 1.81","language":"rust","os":"linux"}', 1, 'started', 1700000003000, 1700000004000, 3, 'a', 'database', 1700000064000);
INSERT INTO jobs (build, repository, number, stage, plan, allow_failure, state)
VALUES (1, 1296269, 3, 1, '{"number":3,"title":"Release","language":"generic","os":"linux"}', 0, 'created');
INSERT INTO attempts (job, number, state, reason, queued, started, finished, summary)
VALUES (1, 1, 'failed', 'script, command 1 exited with 2', 1700000003000, 1700000004000, 1700000010000,
    '{"warnings":[],"commands":[["script 1",2,5120]],"pushed":[]}');
INSERT INTO statuses (repository, sha, context, build, round, state, description, target, version, changed, due)
VALUES (1296269, '5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e', 'continuous-integration/agent/push', 1, 1700000002000,
    'pending', 'Build 7 runs', '/Octo/Hello/builds/7', 4, 1700000003000, 1700000003000);
