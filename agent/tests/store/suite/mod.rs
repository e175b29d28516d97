//! What the store and the queue promise on either database.

pub(crate) mod builds;
pub(crate) mod deliveries;
pub(crate) mod groups;
pub(crate) mod leases;
pub(crate) mod make;
pub(crate) mod queue;
pub(crate) mod repositories;
pub(crate) mod retention;
pub(crate) mod simulation;
pub(crate) mod statuses;
pub(crate) mod transitions;
pub(crate) mod unreadable;
pub(crate) mod upgrade;
pub(crate) mod variables;

use crate::database::Database;
use agent::store::{LeaseClock, Store};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A clock that stands still until it is turned.
#[derive(Clone, Default)]
pub(crate) struct TestClock(Arc<AtomicU64>);

impl TestClock {
    pub(crate) fn turn(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap();
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    /// A store whose leases go by this clock.
    pub(crate) async fn open(&self, place: &Database) -> Store {
        let clock = self.clone();
        let clock = LeaseClock::new("test", move || clock.now());
        let store = Store::open_with(&place.location(), Some(clock)).await;
        store.unwrap()
    }
}

/// Every case as a test on the databases that `$place` makes.
macro_rules! contract {
    ($place:path) => {
        contract! { $place:
            builds::builds_count_from_one_in_each_repository,
            builds::one_meaning_builds_once_however_many_ask,
            builds::the_delivery_that_made_a_build_is_answered_with_it_again,
            builds::a_refused_build_is_errored_from_the_start,
            builds::a_build_reads_as_it_was_made,
            builds::lists_keep_to_their_filters,
            deliveries::a_delivery_is_stored_once_however_often_it_comes,
            deliveries::deliveries_at_once_are_all_stored,
            deliveries::deliveries_at_once_are_numbered_as_they_came,
            deliveries::deliveries_wait_by_repository_in_the_order_of_storing,
            deliveries::a_delivery_ends_once,
            deliveries::names_with_a_nul_are_stored,
            groups::builds_of_a_group_run_one_after_the_other,
            groups::a_group_of_jobs_is_held_by_one_whatever_becomes_of_its_agent,
            groups::a_build_that_is_restarted_comes_to_its_group_as_the_last,
            groups::a_newer_one_cancels_the_older_ones_of_its_group,
            groups::what_was_restarted_since_it_was_seen_does_not_give_way,
            groups::several_agents_never_hold_one_group_together,
            leases::a_lease_that_is_renewed_does_not_end,
            leases::a_lost_agents_job_is_requeued_once_and_then_lost,
            leases::a_job_in_deploy_is_never_requeued,
            leases::a_job_that_was_being_stopped_is_not_requeued,
            leases::what_a_lost_agent_says_is_refused,
            leases::leases_of_an_earlier_process_last_their_whole_time_again,
            leases::a_job_can_be_given_back,
            leases::a_job_that_never_ran_can_be_given_back_again_and_again,
            queue::the_repository_with_the_fewest_running_jobs_comes_first,
            queue::concurrent_claims_keep_limits_and_give_no_job_twice,
            queue::a_canceled_job_is_not_claimed,
            repositories::a_repository_is_found_by_its_present_name,
            repositories::approvals_are_of_one_head_of_one_pull_request,
            repositories::a_ref_is_replaced_only_where_nobody_noted_it_since,
            repositories::a_first_look_replaces_what_was_noted_and_is_had_again_after_a_pause,
            retention::old_builds_go_but_the_last_of_what_is_there_stays,
            retention::builds_beyond_the_newest_go_in_batches,
            retention::what_runs_or_is_to_be_told_stays,
            retention::old_deliveries_go_but_not_those_that_wait,
            retention::old_deliveries_are_found_without_reading_the_others,
            retention::logs_go_with_age_with_their_rows_and_where_a_crash_left_them,
            simulation::no_job_is_lost_run_twice_or_deployed_twice,
            statuses::the_newest_status_wins,
            statuses::what_was_said_without_a_build_goes_once_it_is_old_and_sent,
            statuses::a_status_is_tried_until_its_version_is_sent,
            statuses::a_send_of_which_nobody_knows_the_end_leaves_a_doubt,
            statuses::what_an_agent_was_sending_when_it_ended_is_due_at_its_start,
            statuses::two_builds_of_one_commit_do_not_mix,
            transitions::states_and_times_are_saved_together,
            transitions::a_restart_keeps_the_earlier_attempt,
            transitions::a_job_that_runs_again_by_itself_keeps_the_earlier_attempt,
            transitions::steps_at_the_same_time_lose_nothing,
            transitions::a_step_with_an_old_epoch_writes_nothing,
            transitions::a_step_is_refused_where_a_ref_has_moved_since_it_was_decided,
            transitions::the_newest_build_runs_however_a_cancel_and_a_move_back_meet,
            unreadable::a_build_that_cannot_be_read_ends_with_its_jobs_and_its_status,
            unreadable::a_build_that_has_begun_ends_and_nobody_holds_its_jobs,
            unreadable::a_job_that_cannot_be_read_stops_no_claim_and_is_lost,
            upgrade::a_build_that_ran_under_version_1_goes_on_under_the_newest,
            upgrade::a_newer_one_is_refused_in_words_and_left_as_it_is,
            variables::a_variable_is_one_of_its_name_and_branch,
            variables::what_was_replaced_stays_for_as_long_as_a_job_may_have_it,
            variables::values_are_replaced_by_the_same_sealed_anew,
        }
    };
    ($place:path: $($module:ident::$case:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $case() {
            suite::$module::$case(&$place().await).await;
        }
    )*};
}
pub(crate) use contract;
