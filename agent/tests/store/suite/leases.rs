use super::TestClock;
use super::make::{MANY, at, begun, event, held_event, repository};
use crate::database::Database;
use agent::queue::{Expired, HEARTBEAT, LEASE, Lease, Queue, RETURNS};
use agent::scheduler::{Event, State};
use agent::store::{LeaseClock, Store};
use std::time::Duration;

/// A started job of a build of one, held by agent `a`, and the queue of agent `b`.
async fn started(place: &Database, clock: &TestClock) -> (Store, Queue, Queue, Lease) {
    let store = clock.open(place).await;
    let one = repository(&store, 1).await;
    begun(&store, one, "push", &[1]).await;
    let a = Queue::new(store.clone(), "a".to_owned());
    let b = Queue::new(store.clone(), "b".to_owned());
    let lease = start(&store, &a).await;
    (store, a, b, lease)
}

async fn start(store: &Store, queue: &Queue) -> Lease {
    let (lease, job) = queue.claim(MANY).await.unwrap().unwrap();
    let begin = Event::JobStarted(job.plan.number);
    assert!(held_event(store, &lease, 3, begin).await.is_some());
    lease
}

async fn state(store: &Store, lease: &Lease) -> State {
    store.job(lease.job).await.unwrap().unwrap().attempt.state
}

pub(crate) async fn a_lease_that_is_renewed_does_not_end(place: &Database) {
    let clock = TestClock::default();
    let (_, a, b, lease) = started(place, &clock).await;
    for _ in 0..9 {
        clock.turn(HEARTBEAT);
        assert_eq!(a.renew(std::slice::from_ref(&lease)).await.unwrap(), []);
        assert_eq!(b.expire(at(9)).await.unwrap(), []);
    }
    let not_its_own = b.renew(std::slice::from_ref(&lease)).await.unwrap();
    assert_eq!(not_its_own, std::slice::from_ref(&lease));
    clock.turn(LEASE - Duration::from_millis(1));
    assert_eq!(b.expire(at(9)).await.unwrap(), []);
    clock.turn(Duration::from_millis(1));
    assert_eq!(b.expire(at(9)).await.unwrap(), [Expired::Requeued(lease)]);
}

pub(crate) async fn a_lost_agents_job_is_requeued_once_and_then_lost(place: &Database) {
    let clock = TestClock::default();
    let (store, a, b, first) = started(place, &clock).await;
    clock.turn(LEASE);
    assert_eq!(
        b.expire(at(70)).await.unwrap(),
        [Expired::Requeued(first.clone())]
    );
    let job = store.job(first.job).await.unwrap().unwrap();
    assert_eq!((job.attempt.state, job.attempt.number), (State::Queued, 1));
    assert_eq!(
        (job.attempt.queued, job.attempt.started),
        (Some(at(70)), None)
    );
    assert_eq!(a.held().await.unwrap().len(), 0);
    let second = start(&store, &b).await;
    assert!(second.epoch > first.epoch);
    clock.turn(LEASE);
    let [Expired::Lost(lost)] = &a.expire(at(140)).await.unwrap()[..] else {
        panic!("not lost");
    };
    assert_eq!(lost.job, first.job);
    assert!(a.claim(MANY).await.unwrap().is_none());
    // Until the scheduler has heard of it, everybody is told.
    assert_eq!(b.expire(at(142)).await.unwrap().len(), 1);
    event(&store, first.build, 143, Event::JobLost(1)).await;
    assert_eq!(state(&store, &first).await, State::Errored);
    assert_eq!(b.expire(at(144)).await.unwrap(), []);
}

pub(crate) async fn a_job_in_deploy_is_never_requeued(place: &Database) {
    let clock = TestClock::default();
    let (store, a, b, lease) = started(place, &clock).await;
    assert!(!b.deploying(&lease).await.unwrap());
    assert!(a.deploying(&lease).await.unwrap());
    clock.turn(LEASE);
    let expired = b.expire(at(70)).await.unwrap();
    assert!(matches!(expired[..], [Expired::Lost(_)]), "{expired:?}");
    assert!(!a.deploying(&lease).await.unwrap());
    assert!(b.claim(MANY).await.unwrap().is_none());
    assert_eq!(state(&store, &lease).await, State::Started);
}

pub(crate) async fn a_job_that_was_being_stopped_is_not_requeued(place: &Database) {
    let clock = TestClock::default();
    let (store, a, b, lease) = started(place, &clock).await;
    event(&store, lease.build, 4, Event::CancelBuild).await;
    // Who takes the job up after a restart learns that it is to be stopped.
    assert!(a.held().await.unwrap()[0].1.stopping);
    clock.turn(LEASE);
    let expired = b.expire(at(70)).await.unwrap();
    assert!(matches!(expired[..], [Expired::Lost(_)]), "{expired:?}");
    event(&store, lease.build, 71, Event::JobLost(1)).await;
    assert_eq!(state(&store, &lease).await, State::Canceled);
    let build = store.build(lease.build).await.unwrap().unwrap();
    assert_eq!(build.state, State::Canceled);
}

pub(crate) async fn what_a_lost_agent_says_is_refused(place: &Database) {
    let clock = TestClock::default();
    let (store, a, b, old) = started(place, &clock).await;
    clock.turn(LEASE);
    b.expire(at(70)).await.unwrap();
    let new = start(&store, &b).await;
    let late = Event::JobEnded(1, State::Failed);
    assert_eq!(held_event(&store, &old, 71, late).await, None);
    assert_eq!(
        a.renew(std::slice::from_ref(&old)).await.unwrap(),
        std::slice::from_ref(&old)
    );
    assert!(!a.deploying(&old).await.unwrap());
    assert_eq!(a.give_back(&old, at(72)).await.unwrap(), None);
    assert!(b.deploying(&new).await.unwrap());
    let end = Event::JobEnded(1, State::Passed);
    assert!(held_event(&store, &new, 73, end).await.is_some());
    assert_eq!(state(&store, &new).await, State::Passed);
}

pub(crate) async fn leases_of_an_earlier_process_last_their_whole_time_again(place: &Database) {
    let clock = TestClock::default();
    let (_, _, _, lease) = started(place, &clock).await;
    // The new process's clock begins at zero, and its first sight of the lease is late.
    let after = TestClock::default();
    let named = after.clone();
    let named = LeaseClock::new("after", move || named.now());
    let store = Store::open_with(&place.location(), Some(named))
        .await
        .unwrap();
    let a = Queue::new(store, "a".to_owned());
    after.turn(LEASE - Duration::from_millis(1));
    assert_eq!(a.expire(at(9)).await.unwrap(), []);
    let held = a.held().await.unwrap();
    assert_eq!(held[0].0, lease);
    assert_eq!(a.renew(std::slice::from_ref(&lease)).await.unwrap(), []);
    after.turn(HEARTBEAT);
    assert_eq!(a.expire(at(9)).await.unwrap(), []);
    after.turn(LEASE);
    assert_eq!(a.expire(at(9)).await.unwrap(), [Expired::Requeued(lease)]);
}

pub(crate) async fn a_job_can_be_given_back(place: &Database) {
    let clock = TestClock::default();
    let (store, a, b, lease) = started(place, &clock).await;
    let given = a.give_back(&lease, at(5)).await.unwrap();
    assert_eq!(given, Some(Expired::Requeued(lease.clone())));
    // Claimed, and given back before it began.
    let (second, _) = b.claim(MANY).await.unwrap().unwrap();
    let given = b.give_back(&second, at(7)).await.unwrap();
    assert!(matches!(given, Some(Expired::Lost(_))), "{given:?}");
    assert_eq!(state(&store, &lease).await, State::Queued);
    event(&store, lease.build, 8, Event::JobLost(1)).await;
    assert_eq!(state(&store, &lease).await, State::Errored);
}

pub(crate) async fn a_job_that_never_ran_can_be_given_back_again_and_again(place: &Database) {
    let clock = TestClock::default();
    let (store, a, b, mut lease) = started(place, &clock).await;
    assert_eq!(b.give_back_unrun(&lease, at(5)).await.unwrap(), None);
    for _ in 0..RETURNS {
        // Noted before its container was started.
        assert!(a.deploying(&lease).await.unwrap());
        let given = a.give_back_unrun(&lease, at(5)).await.unwrap();
        assert_eq!(given, Some(Expired::Requeued(lease.clone())));
        assert_eq!(state(&store, &lease).await, State::Queued);
        lease = start(&store, &a).await;
    }
    // Its one life as a job that ran is untouched.
    let given = a.give_back(&lease, at(6)).await.unwrap();
    assert_eq!(given, Some(Expired::Requeued(lease)));
    let lease = start(&store, &a).await;
    // But it may be what kills its agents.
    let given = a.give_back_unrun(&lease, at(7)).await.unwrap();
    assert_eq!(
        given.map(|given| matches!(given, Expired::Lost(_))),
        Some(true)
    );
    event(&store, lease.build, 8, Event::JobLost(1)).await;
    assert_eq!(state(&store, &lease).await, State::Errored);
}
