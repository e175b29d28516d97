//! Variables of repositories' settings, as bytes that somebody else has sealed.

use super::make::{at, begun, event, repository};
use crate::database::Database;
use agent::scheduler::{Event, State};
use agent::store::{RepositoryId, Store, Variable};

fn variable(repository: RepositoryId, name: &str, branch: Option<&str>, value: &str) -> Variable {
    Variable {
        repository,
        name: name.to_owned(),
        branch: branch.map(str::to_owned),
        public: branch.is_some(),
        sealed: value.as_bytes().to_vec(),
    }
}

/// Names, branches and values.
async fn of(store: &Store, repository: RepositoryId) -> Vec<String> {
    let all = store.variables(repository).await.unwrap();
    all.iter().map(text).collect()
}

fn text(variable: &Variable) -> String {
    let branch = variable.branch.as_deref().unwrap_or("*");
    let value = String::from_utf8_lossy(&variable.sealed);
    format!("{} {branch} {value}", variable.name)
}

pub(crate) async fn a_variable_is_one_of_its_name_and_branch(place: &Database) {
    let store = place.open().await;
    let (one, two) = (repository(&store, 1).await, repository(&store, 2).await);
    let put = async |variable: &Variable| store.put_variable(variable, at(5)).await.unwrap();
    let main = variable(one, "TOKEN", Some("main"), "\u{0}for main");
    assert!(!put(&variable(one, "TOKEN", None, "for all")).await);
    assert!(!put(&main).await);
    assert!(!put(&variable(one, "token", None, "another name")).await);
    assert!(!put(&variable(two, "TOKEN", None, "another repository")).await);
    assert!(put(&variable(one, "TOKEN", None, "changed")).await);
    let all = store.variables(one).await.unwrap();
    assert!(all.contains(&main), "{all:?}");
    let mut shown = of(&store, one).await;
    shown.sort();
    let expected = [
        "TOKEN * changed",
        "TOKEN main \u{0}for main",
        "token * another name",
    ];
    assert_eq!(shown, expected);
    let removed = store
        .remove_variable(one, "TOKEN", Some("next"), at(6))
        .await;
    assert_eq!(removed.unwrap(), 0);
    let removed = store.remove_variable(one, "TOKEN", None, at(6)).await;
    assert_eq!(removed.unwrap(), 2);
    assert_eq!(of(&store, one).await, ["token * another name"]);
    assert_eq!(of(&store, two).await, ["TOKEN * another repository"]);
    let unknown = variable(RepositoryId(99), "TOKEN", None, "x");
    assert!(store.put_variable(&unknown, at(5)).await.is_err());
}

pub(crate) async fn what_was_replaced_stays_for_as_long_as_a_job_may_have_it(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let first = variable(one, "TOKEN", None, "first");
    store.put_variable(&first, at(0)).await.unwrap();
    let build = begun(&store, one, "a", &[1]).await;
    event(&store, build.id, 10, Event::JobStarted(1)).await;
    let second = variable(one, "TOKEN", None, "second");
    store.put_variable(&second, at(3600)).await.unwrap();
    store.forget_variables().await.unwrap();
    assert_eq!(of(&store, one).await, ["TOKEN * second"]);
    assert_eq!(store.former_variables(one).await.unwrap(), [first]);
    event(&store, build.id, 4000, Event::JobEnded(1, State::Passed)).await;
    store.forget_variables().await.unwrap();
    assert!(store.former_variables(one).await.unwrap().is_empty());
    // With nothing that runs, nothing stays at all.
    store
        .remove_variable(one, "TOKEN", None, at(3700))
        .await
        .unwrap();
    assert!(store.all_variables().await.unwrap().is_empty());
}

pub(crate) async fn values_are_replaced_by_the_same_sealed_anew(place: &Database) {
    let store = place.open().await;
    let (one, two) = (repository(&store, 1).await, repository(&store, 2).await);
    for (id, name) in [(one, "A"), (two, "B"), (two, "C")] {
        let put = variable(id, name, None, "old");
        store.put_variable(&put, at(0)).await.unwrap();
    }
    let all = store.all_variables().await.unwrap();
    let anew = all.iter().filter(|(_, variable)| variable.name != "C");
    let anew: Vec<_> = anew.map(|(id, _)| (*id, b"new".to_vec())).collect();
    store.reseal_variables(&anew).await.unwrap();
    assert_eq!(of(&store, one).await, ["A * new"]);
    assert_eq!(of(&store, two).await, ["B * new", "C * old"]);
}
