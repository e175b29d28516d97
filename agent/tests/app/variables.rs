//! Variables of a repository's settings: who gets which, and what conditions see (§4.4, T1).

use crate::agent::{Agent, PULL, PUSH, master_key};
use crate::forks::CANARY;
use crate::github_model::{GithubModel, Repo};
use crate::given::Given;
use agent::secrets::{MasterKeys, Plaintext};
use agent::store::RepositoryId;
use agent::variables::{self, seal};
use jiff::Timestamp;

const NOTICE: &str = "Encrypted environment variables have been removed for security reasons.";
const HEADER: &str = "Setting environment variables from repository settings";
const CONFIG: &str = "env: OWN=1\nscript: make\ngit: {clone: false}\n";

impl Agent {
    /// Sets a variable, as `agent env set` does.
    async fn variable(&self, repo: &Repo, name: &str, value: &str, public: bool, branch: &str) {
        let sources = master_key(self.data.path());
        let masters = MasterKeys::load(&sources).or_else(|_| MasterKeys::create(&sources));
        let given = variables::Given {
            name: name.to_owned(),
            value: Plaintext::new(value.as_bytes().to_vec()),
            public,
        };
        let branch = Some(branch).filter(|branch| !branch.is_empty());
        let sealed = seal(RepositoryId(repo.id), &given, branch, &masters.unwrap()).unwrap();
        let put = self.store.put_variable(&sealed, Timestamp::now());
        put.await.unwrap();
    }
}

/// Whether a job's script sets a variable before those of the config, showing this.
fn shows(given: &str, shown: &str) -> bool {
    let config = given.find("environment variables from .ci.yml").unwrap();
    let settings = given.get(..config).unwrap();
    settings.contains(HEADER) && settings.contains(&format!("export {shown}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn builds_get_the_variables_of_their_branch_and_forks_only_public_ones() {
    let model = GithubModel::start();
    let given = Given::default();
    let agent = Agent::start_on(&model, given.engine()).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    for (name, value, public, branch) in [
        ("COLOUR", "red", true, ""),
        ("COLOUR", "blue", true, "topic"),
        ("COLOUR", "gold", true, "v1.0"),
        ("TOKEN", CANARY, false, ""),
        ("ONLY_TOPIC", CANARY, false, "topic"),
    ] {
        agent.variable(&repo, name, value, public, branch).await;
    }
    let main = repo.push("main", &[(".ci.yml", CONFIG)], "Begin");
    repo.expect_status(&main, PUSH, "success").await;
    let job = given.take();
    assert!(
        shows(&job, "COLOUR=red") && shows(&job, "TOKEN=[secure]"),
        "{job}"
    );
    assert!(job.contains(CANARY) && !job.contains("ONLY_TOPIC"), "{job}");

    let topic = repo.push("topic", &[("a", "1\n")], "Try");
    repo.expect_status(&topic, PUSH, "success").await;
    let job = given.take();
    assert!(
        shows(&job, "COLOUR=blue") && shows(&job, "ONLY_TOPIC=[secure]"),
        "{job}"
    );

    // Of a pull request the branch that it is to be merged into counts.
    repo.open_pull_request("topic", "main", "Try");
    repo.expect_status(&topic, PULL, "success").await;
    let job = given.take();
    assert!(
        shows(&job, "COLOUR=red") && !job.contains("ONLY_TOPIC"),
        "{job}"
    );

    let tag = repo.push_tag("v1.0");
    agent.passes(4, 1).await;
    repo.expect_status(&tag, PUSH, "success").await;
    let job = given.take();
    assert!(
        shows(&job, "COLOUR=gold") && shows(&job, "TOKEN=[secure]"),
        "{tag} {job}"
    );

    // The branch of a fork is called as it likes: it gets what is public.
    let files = [("b", "1\n")];
    let pull = repo.open_pull_request_from_fork("eve", "topic", &files, "Fix");
    repo.expect_status(&pull.head_sha(), PULL, "success").await;
    let job = given.take();
    assert!(shows(&job, "COLOUR=red") && job.contains(NOTICE), "{job}");
    assert!(!job.contains(CANARY) && !job.contains("TOKEN"), "{job}");
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_see_public_variables_and_no_secret_one() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    agent.variable(&repo, "COLOUR", "red", true, "").await;
    agent.variable(&repo, "COLOUR", CANARY, true, "next").await;
    agent.variable(&repo, "TOKEN", "red", false, "").await;
    let config = "script: make\njobs:\n  include:\n    - {name: a, if: env(COLOUR) = red}\n\
                  \x20   - {name: b, if: env(COLOUR) = blue}\n    - {name: c, if: env(TOKEN) = red}\n\
                  \x20   - {name: d, if: env(TOKEN) IS NOT present}\n";
    let main = repo.push("main", &[(".ci.yml", config)], "Begin");
    repo.expect_status(&main, PUSH, "pending").await;
    let next = repo.push("next", &[("a", "1\n")], "Go on");
    repo.expect_status(&next, PUSH, "pending").await;
    let builds = agent.builds().await;
    let mut titles = Vec::new();
    for job in agent.store.jobs(builds[0].id).await.unwrap() {
        titles.push(job.plan.title);
    }
    assert_eq!(titles, ["a", "d"]);
    // Values lie in the database sealed, and nowhere else in it.
    for build in &builds {
        assert!(build.request.variables.is_empty());
    }
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_an_old_build_takes_the_variables_as_they_are_now() {
    let model = GithubModel::start();
    let given = Given::default();
    let agent = Agent::start_on(&model, given.engine()).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    agent
        .variable(&repo, "TOKEN", "0123456789old", false, "")
        .await;
    let main = repo.push("main", &[(".ci.yml", CONFIG)], "Begin");
    repo.expect_status(&main, PUSH, "success").await;
    assert!(given.take().contains("0123456789old"));
    agent
        .variable(&repo, "TOKEN", "0123456789new", false, "")
        .await;
    let restart = "octo/hello/builds/1/restart";
    assert_eq!(agent.form(restart, "jobs=all").await.0, 303);
    agent.passes(1, 2).await;
    let job = given.take();
    assert!(
        job.contains("0123456789new") && !job.contains("0123456789old"),
        "{job}"
    );
    repo.expect_status(&main, PUSH, "success").await;
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_open_ends_the_build_in_words_and_runs_nothing() {
    let model = GithubModel::start();
    let given = Given::default();
    let agent = Agent::start_on(&model, given.engine()).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    agent.variable(&repo, "TOKEN", CANARY, false, "").await;
    std::fs::remove_file(agent.data.path().join("master-key")).unwrap();
    MasterKeys::create(&master_key(agent.data.path())).unwrap();
    let main = repo.push("main", &[(".ci.yml", CONFIG)], "Begin");
    repo.expect_status(&main, PUSH, "error").await;
    let build = &agent.builds().await[0];
    let jobs = agent.store.jobs(build.id).await.unwrap();
    let reason = jobs[0].attempt.reason.clone().unwrap();
    let expected = "the variable TOKEN of the repository's settings cannot be opened: it is sealed \
                    with another master key";
    assert!(reason.contains(expected), "{reason}");
    // A public one that conditions would see: nothing is planned without it.
    agent.variable(&repo, "COLOUR", "red", true, "").await;
    std::fs::remove_file(agent.data.path().join("master-key")).unwrap();
    let next = repo.push("next", &[("a", "1\n")], "Go on");
    repo.expect_status(&next, PUSH, "error").await;
    let build = &agent.builds().await[1];
    let reason = build.refused.clone().unwrap();
    assert!(reason.contains("the variable COLOUR"), "{reason}");
    given.nothing();
    agent.stop().await;
    model.finish();
}
