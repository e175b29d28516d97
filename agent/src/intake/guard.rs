//! A mistake of our own in one delivery keeps no other from being handled. Without this it would end
//! the daemon, and the next start would meet the same delivery first.

use super::trouble::Trouble;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;

/// Handles a delivery; a panic is its own trouble. What it had done by then lies in the database,
/// each step of it whole.
pub(super) async fn guarded<T>(
    handled: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    let whole = AssertUnwindSafe(handled).catch_unwind().await;
    // The panic itself has told where.
    whole.unwrap_or(Err(Trouble::Broke))
}

#[cfg(test)]
mod tests {
    use crate::clock::Clock;
    use crate::github::{Client, Options, TokenSource, Transport};
    use crate::intake::{Intake, Options as Wishes};
    use crate::policy::nothing_ran::OnPush;
    use crate::store::{
        DeliveryOutcome, Location, NewDelivery, Repository, RepositoryId, RepositorySettings, Store,
    };
    use async_trait::async_trait;
    use axum::http::{Request, Response};
    use std::sync::Arc;
    use tokio::sync::Notify;
    use tokio_util::sync::CancellationToken;

    const SHA: &str = "2222222222222222222222222222222222222222";

    /// A GitHub that breaks the agent when it is asked for the first repository.
    struct Breaking;

    #[async_trait]
    impl Transport for Breaking {
        async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, String> {
            assert!(!request.uri().path().contains("/octo/one/"), "on purpose");
            let mut answer = Response::new(b"script: make\n".to_vec());
            let kind = "application/vnd.github.raw+json".parse().unwrap();
            answer.headers_mut().insert("content-type", kind);
            Ok(answer)
        }
    }

    fn client() -> Client {
        let token = TokenSource::new("the test", || Ok("t".to_owned().into()));
        let url = |text: &str| text.parse().unwrap();
        let options = Options::new(url("https://api.h/"), url("https://h/"), token);
        Client::over(Arc::new(Breaking), options).unwrap()
    }

    /// A repository, and a push to it that waits.
    async fn pushed(store: &Store, id: u64, slug: &str) {
        let repository = Repository {
            id: RepositoryId(id),
            slug: slug.to_owned(),
            private: false,
            default_branch: "main".to_owned(),
            active: true,
            hook: None,
            settings: RepositorySettings::default(),
        };
        let now = Clock::system().now();
        store.put_repository(&repository, now).await.unwrap();
        let body = format!(
            r#"{{"ref":"refs/heads/main","before":"{zeros}","after":"{SHA}",
            "head_commit":{{"id":"{SHA}","message":"Turn"}},"repository":{{"id":{id},"full_name":"{slug}"}}}}"#,
            zeros = "0".repeat(40)
        );
        let delivery = NewDelivery {
            guid: slug.to_owned(),
            event: "push".to_owned(),
            repository: Some(repository.id),
            body: body.into_bytes(),
            polled: false,
            received: now,
        };
        store.put_delivery(delivery).await.unwrap();
    }

    #[tokio::test]
    async fn a_delivery_that_breaks_the_agent_ends_as_an_error_and_others_are_built() {
        let data = tempfile::tempdir().unwrap();
        let database = Location::Sqlite(data.path().join("agent.db"));
        let store = Store::open(&database).await.unwrap();
        pushed(&store, 1, "octo/one").await;
        pushed(&store, 2, "octo/two").await;
        let wishes = Wishes {
            prefix: "ci".to_owned(),
            on_push: OnPush::Success,
        };
        let clock = Clock::system();
        let built = Arc::new(Notify::new());
        let intake = Intake::new(store.clone(), Arc::new(client()), wishes, built, clock);
        let stop = CancellationToken::new();
        let bell = Notify::new();
        let ended = async {
            loop {
                let all = store.deliveries(None, None, 10).await.unwrap();
                if all.iter().all(|one| one.outcome.is_some()) {
                    stop.cancel();
                    return all;
                }
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        let (all, ()) = tokio::join!(ended, intake.run(&bell, &stop));
        let [two, one] = all.as_slice() else {
            panic!("{all:?}")
        };
        let Some(DeliveryOutcome::Error(why)) = &one.outcome else {
            panic!("{one:?}")
        };
        assert!(why.contains("a mistake of its own"), "{why}");
        assert!(matches!(two.outcome, Some(DeliveryOutcome::Build(_))));
        // Whoever waits for the commit is told.
        let told = store.unsent_statuses(clock_end(), 10).await.unwrap();
        let told = told
            .iter()
            .find(|one| one.key.repository == RepositoryId(1));
        assert_eq!(told.unwrap().status.state.as_str(), "error");
    }

    fn clock_end() -> jiff::Timestamp {
        jiff::Timestamp::MAX
    }
}
