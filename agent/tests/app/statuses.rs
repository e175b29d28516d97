//! Statuses of which nobody knows whether GitHub has them (reliability P6, R20, R26).

use crate::agent::PUSH;
use crate::github_model::{GithubModel, Mischief, Repo};
use agent::github::{Client, Options, TokenSource};
use agent::outbox::Outbox;
use agent::report::status::{CommitStatus, StatusState};
use agent::store::{
    Location, PendingStatus, Repository, RepositoryId, RepositorySettings, StatusKey, Store,
};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const POST: &str = "POST /repos/*/statuses/*";

/// An outbox that is told the time.
struct Desk {
    model: GithubModel,
    repo: Repo,
    sha: String,
    store: Store,
    outbox: Outbox,
    repository: Repository,
    http: reqwest::Client,
    token: String,
    _data: TempDir,
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

impl Desk {
    async fn new() -> Self {
        Self::with_timeout(Duration::from_secs(2)).await
    }

    /// Calls are given up after so long.
    async fn with_timeout(timeout: Duration) -> Self {
        let model = GithubModel::start();
        let repo = model.repository("octo/hello");
        let sha = repo.push("main", &[("a", "1\n")], "Begin");
        let data = tempfile::tempdir().unwrap();
        let database = Location::Sqlite(data.path().join("agent.db"));
        let store = Store::open(&database).await.unwrap();
        let repository = Repository {
            id: RepositoryId(repo.id),
            slug: repo.full_name(),
            private: false,
            default_branch: "main".to_owned(),
            active: true,
            hook: None,
            settings: RepositorySettings::default(),
        };
        store.put_repository(&repository, at(0)).await.unwrap();
        let token = model.token();
        let source = TokenSource::new("the test", {
            let token = token.clone();
            move || Ok(token.clone().into())
        });
        let web = format!("{}/", model.web_url());
        let api = model.api_url().parse().unwrap();
        let mut options = Options::new(api, web.parse().unwrap(), source);
        options.timeout = timeout;
        let client = Arc::new(Client::new(options).unwrap());
        let public = "https://ci.example.com/".parse().unwrap();
        Self {
            outbox: Outbox::new(store.clone(), client, public, "test".to_owned()),
            model,
            repo,
            sha,
            store,
            repository,
            http: reqwest::Client::new(),
            token,
            _data: data,
        }
    }

    async fn say(&self, state: StatusState, text: &str, second: i64) {
        let status = CommitStatus {
            context: PUSH.to_owned(),
            state,
            description: text.to_owned(),
        };
        let put = self
            .store
            .put_status(&self.repository, &self.sha, &status, at(second));
        put.await.unwrap();
    }

    /// One turn; how many GitHub has for certain after it.
    async fn turn(&self, second: i64) -> usize {
        self.outbox.turn(at(second)).await.unwrap()
    }

    async fn unsent(&self) -> Option<PendingStatus> {
        let later = self.store.unsent_statuses(at(1_000_000), 10).await;
        later.unwrap().pop()
    }

    /// What GitHub was told, oldest first.
    fn told(&self) -> Vec<String> {
        let statuses = self.repo.statuses(&self.sha).into_iter();
        statuses
            .map(|status| {
                format!(
                    "{} {}",
                    status.state,
                    status.description.unwrap_or_default()
                )
            })
            .collect()
    }

    /// What an earlier call of ours said reaches GitHub only now.
    async fn arrives_late(&self, state: &str, text: &str) {
        let path = format!("repos/octo/hello/statuses/{}", self.sha);
        let sent = self
            .http
            .post(format!(
                "{}/{path}",
                self.model.api_url().trim_end_matches('/')
            ))
            .bearer_auth(&self.token)
            .header("accept", "application/vnd.github+json")
            .header("user-agent", "a proxy")
            .header("x-github-api-version", "2022-11-28")
            .header("content-type", "application/json")
            .body(format!(
                r#"{{"state":"{state}","context":"{PUSH}","description":"{text}",
                "target_url":"https://ci.example.com/octo/hello"}}"#
            ))
            .send();
        assert_eq!(sent.await.unwrap().status().as_u16(), 201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_applied_without_an_answer_is_not_posted_twice() {
    for mischief in [
        Mischief::ApplyThenHang,
        Mischief::ApplyThenReset,
        Mischief::ApplyThenStatus(502),
    ] {
        let desk = Desk::new().await;
        desk.model.next(1, POST, mischief);
        desk.say(StatusState::Failure, "1 of 2 jobs failed", 0)
            .await;
        assert_eq!(desk.turn(0).await, 0);
        assert_eq!(desk.turn(1).await, 1);
        assert_eq!(desk.told(), ["failure 1 of 2 jobs failed"]);
        assert_eq!(desk.unsent().await, None);
        desk.model.finish();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_lost_is_posted_again_and_looked_at_later() {
    for mischief in [
        Mischief::Hang,
        Mischief::Reset,
        Mischief::Status(500),
        Mischief::Html(200),
    ] {
        let desk = Desk::new().await;
        desk.model.next(1, POST, mischief);
        desk.say(StatusState::Failure, "1 of 2 jobs failed", 0)
            .await;
        assert_eq!(desk.turn(0).await, 0);
        assert_eq!(desk.turn(1).await, 0);
        assert_eq!(desk.turn(2).await, 0, "too early for a look");
        assert_eq!(desk.turn(16).await, 1);
        assert_eq!(desk.told(), ["failure 1 of 2 jobs failed"]);
        assert_eq!(desk.unsent().await, None);
        desk.model.finish();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_final_one_wins_against_an_older_one_that_arrives_after_it() {
    let desk = Desk::new().await;
    desk.say(StatusState::Pending, "Waiting", 0).await;
    desk.model.next(1, POST, Mischief::Hang);
    assert_eq!(desk.turn(1).await, 0);
    desk.say(StatusState::Failure, "1 of 2 jobs failed", 5)
        .await;
    assert_eq!(desk.turn(5).await, 0);
    desk.arrives_late("pending", "Waiting").await;
    // Looked at, and said again.
    assert_eq!(desk.turn(20).await, 0);
    assert_eq!(desk.turn(35).await, 1);
    assert_eq!(
        desk.told(),
        [
            "failure 1 of 2 jobs failed",
            "pending Waiting",
            "failure 1 of 2 jobs failed"
        ]
    );
    desk.model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_death_between_sending_and_noting_it_is_not_posted_twice() {
    let desk = Desk::new().await;
    desk.say(StatusState::Failure, "1 of 2 jobs failed", 0)
        .await;
    let pending = desk.unsent().await.unwrap();
    let taken = desk
        .store
        .take_status((&pending.key, "test"), 1, at(0), at(60));
    assert!(taken.await.unwrap());
    desk.arrives_late("failure", "1 of 2 jobs failed").await;
    assert_eq!(desk.turn(59).await, 0, "it may still be on its way");
    assert_eq!(desk.turn(60).await, 1);
    assert_eq!(desk.told().len(), 1);
    desk.model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_in_the_same_context_makes_no_loop() {
    let desk = Desk::new().await;
    desk.model.next(1, POST, Mischief::Reset);
    desk.say(StatusState::Failure, "Failed", 0).await;
    let mut second = 0;
    while desk.turn(second).await == 0 {
        desk.arrives_late("success", "It works for me").await;
        second += 300;
        assert!(second < 300 * 20, "{:?}", desk.told());
    }
    assert_eq!(desk.told().last().unwrap(), "failure Failed");
    assert_eq!(desk.unsent().await, None);
    desk.model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_hundred_are_kept_for_final_ones_and_a_full_context_makes_no_loop() {
    let desk = Desk::new().await;
    let key = StatusKey {
        repository: desk.repository.id,
        sha: desk.sha.clone(),
        context: PUSH.to_owned(),
    };
    desk.say(StatusState::Pending, "Waiting", 0).await;
    assert_eq!(desk.turn(1).await, 1);
    for _ in 1..900 {
        desk.store.status_sent(&key, 1, true, at(1)).await.unwrap();
    }
    desk.say(StatusState::Pending, "Running", 2).await;
    assert_eq!(desk.turn(4).await, 0);
    assert_eq!(desk.unsent().await, None, "it is given up");
    desk.say(StatusState::Failure, "Failed", 5).await;
    assert_eq!(desk.turn(5).await, 1);
    assert_eq!(desk.told(), ["pending Waiting", "failure Failed"]);

    // By our count there is room, and GitHub says there is none.
    for number in 0..998 {
        desk.arrives_late("pending", &number.to_string()).await;
    }
    desk.say(StatusState::Error, "Canceled", 6).await;
    let before = desk.model.calls_like(POST).len();
    assert_eq!(desk.turn(6).await, 0);
    assert_eq!(desk.unsent().await, None, "it is given up");
    assert_eq!(desk.turn(1000).await, 0);
    assert_eq!(desk.model.calls_like(POST).len(), before + 1);
    desk.told();
    desk.model.finish();
}

/// Twelve of one repository never get an answer; the one of another is younger, and is sent at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_slow_holds_up_no_other() {
    let desk = Desk::with_timeout(Duration::from_secs(600)).await;
    let other = desk.model.repository("octo/quick");
    let sha = other.push("main", &[("a", "1\n")], "Begin");
    let quick = Repository {
        id: RepositoryId(other.id),
        slug: other.full_name(),
        ..desk.repository.clone()
    };
    desk.store.put_repository(&quick, at(0)).await.unwrap();
    let status = |context: String| CommitStatus {
        context,
        state: StatusState::Success,
        description: "1 passed".to_owned(),
    };
    let slow = "POST /repos/octo/hello/statuses/*";
    desk.model.next(100, slow, Mischief::Hang);
    for number in 0..12 {
        let status = status(format!("slow/{number}"));
        let put = desk
            .store
            .put_status(&desk.repository, &desk.sha, &status, at(0));
        put.await.unwrap();
    }
    let younger = status(PUSH.to_owned());
    let put = desk.store.put_status(&quick, &sha, &younger, at(1));
    put.await.unwrap();
    let (outbox, bell) = (desk.outbox.clone(), desk.store.status_bell());
    let running = tokio::spawn(async move {
        let clock = agent::clock::Clock::new(|| at(2));
        outbox.run(&bell, &clock, &CancellationToken::new()).await;
    });
    other.expect_status(&sha, PUSH, "success").await;
    assert!(desk.model.calls_like(slow).len() <= 4);
    running.abort();
    desk.model.finish();
}

/// What is on its way when the outbox stops is noted, and what is due then is sent.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_ones_are_sent_before_it_ends() {
    let desk = Desk::new().await;
    desk.model
        .next(1, POST, Mischief::Delay(Duration::from_millis(300)));
    desk.say(StatusState::Pending, "Waiting", 0).await;
    let stop = CancellationToken::new();
    let (outbox, bell) = (desk.outbox.clone(), desk.store.status_bell());
    let running = tokio::spawn({
        let stop = stop.clone();
        async move {
            let clock = agent::clock::Clock::new(|| at(5));
            outbox.run(&bell, &clock, &stop).await;
        }
    });
    while desk.model.calls_like(POST).is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.cancel();
    running.await.unwrap();
    assert_eq!(desk.told(), ["pending Waiting"]);
    assert_eq!(desk.unsent().await, None);
    desk.model.finish();
}
