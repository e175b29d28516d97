//! Plans and requests are stored, and read again by later versions that know more fields.

use schema::plan::{
    Addons, Artifacts, Command, Concurrency, Deploy, Job, KnownHost, Phase, Phases, Ready, Retry,
    Service,
};
use schema::request::{PullRequest, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads the value with each field of the structures at these places left out in turn.
fn reads_without_any<T: Serialize + DeserializeOwned>(value: &T, places: &[&str]) {
    let whole = serde_json::to_value(value).unwrap();
    for place in places {
        let structure = whole.pointer(place).and_then(Value::as_object);
        let fields: Vec<String> = structure.expect(place).keys().cloned().collect();
        for field in fields {
            let mut older = whole.clone();
            let structure = older.pointer_mut(place).and_then(Value::as_object_mut);
            structure.unwrap().remove(&field);
            let read = serde_json::from_value::<T>(older);
            assert!(read.is_ok(), "{place}/{field}: {:?}", read.err());
        }
    }
}

#[test]
fn a_plan_of_an_older_version_reads() {
    let job = Job {
        phases: Phases {
            script: Phase::Commands(vec![Command::default()]),
            ..Phases::default()
        },
        deploy: vec![Deploy::default()],
        services: vec![Service {
            ready: Some(Ready::default()),
            ..Service::default()
        }],
        addons: Addons {
            ssh_known_hosts: vec![KnownHost::default()],
            ..Addons::default()
        },
        concurrency: Some(Concurrency::default()),
        retry: Some(Retry::default()),
        artifacts: Some(Artifacts::default()),
        ..Job::default()
    };
    let places = [
        "",
        "/phases",
        "/phases/script/Commands/0",
        "/deploy/0",
        "/deploy/0/on",
        "/services/0",
        "/services/0/ready",
        "/paths",
        "/concurrency",
        "/retry",
        "/artifacts",
        "/reports",
        "/git",
        "/addons",
        "/addons/apt",
        "/addons/ssh_known_hosts/0",
    ];
    reads_without_any(&job, &places);
}

#[test]
fn a_request_of_an_older_version_reads() {
    let request = Request {
        pull_request: Some(PullRequest::default()),
        ..Request::default()
    };
    reads_without_any(&request, &["", "/pull_request"]);
}
