//! The suite that every store has to pass.
//!
//! Implement [`Lab`] for the store, then let [`store_conformance!`](crate::store_conformance) make one test of each
//! check. The tests run on tokio, which the crate under test needs as a dev-dependency (`macros`, `rt-multi-thread`).
//!
//! ```text
//! responder_core::store_conformance!(MyLab::start());
//! ```

mod case;
pub mod checks;
mod finding;
mod lab;
mod people;
#[cfg(test)]
mod tests;

pub use finding::{Check, Finding, Passed, Run, Violation};
pub use lab::{Crash, Job, Lab, Spoil};

/// Every check, in the order of the contract.
pub const CHECKS: &[Check] = crate::store_conformance!(@checks table ());

/// Runs one check, by name.
///
/// # Panics
/// When the store breaks the contract, or no check has that name.
pub async fn run(name: &str, mut lab: impl Lab) {
    let Some(check) = CHECKS.iter().find(|check| check.name == name) else { panic!("no check is named {name}") };
    match (check.run)(&mut lab).await {
        Ok(Passed::Checked) => {}
        Ok(Passed::Skipped(reason)) => println!("{name} was skipped: {reason}"),
        Err(violation) => panic!("{name}: {violation}"),
    }
}

/// Makes one test of each check of the store suite.
///
/// Takes an expression of type `impl Future<Output: Lab>`; each test evaluates it anew.
#[macro_export]
macro_rules! store_conformance {
    (@checks $to:ident $arguments:tt) => {
        $crate::store_conformance! { @$to $arguments
            c01_a_commit_is_seen_whole
            c01_readers_never_see_half
            c02_a_conflict_writes_nothing
            c02_one_of_many_racing_commits_wins
            c03_a_commit_can_be_looked_up
            c03_a_repeated_commit_is_written_once
            c03_a_repeated_opening_is_written_once
            c03_a_repeated_commit_gets_its_claims
            c04_the_first_outcome_counts
            c04_an_outcome_counts_after_its_lease
            c04_racing_outcomes_settle_once
            c05_a_withdrawn_command_is_only_reported
            c05_a_claimed_command_is_not_withdrawn
            c05_a_command_put_back_can_be_withdrawn
            c06_open_decides_in_order
            c06_keys_live_seven_days
            c06_a_refusal_writes_nothing
            c06_racing_repeats_become_one
            c07_the_limit_holds_in_a_race
            c07_only_occupying_emergencies_count
            c08_claims_come_by_priority_then_time_then_id
            c08_only_wanted_kinds_are_claimed
            c08_branches_do_not_mix
            c08_racing_workers_never_share_a_command
            c08_a_commit_claims_its_own_commands
            c08_an_opening_claims_its_own_commands
            c09_commands_do_not_wait_for_each_other
            c10_lost_claims_end_as_abandoned
            c10_a_command_put_back_is_not_lost
            c10_what_was_claimed_with_a_commit_comes_back
            c10_an_unreadable_command_is_handed_out_as_such
            c10_an_unreadable_state_hides_nothing_else
            c10_a_newer_state_is_left_to_newer_builds
            c10_work_on_a_newer_state_is_left_to_newer_builds
            c10_a_newer_state_that_nobody_comes_for_is_everybodys
            c11_event_ids_have_no_gaps
            c11_events_of_no_emergency_are_in_line
            c11_a_reader_misses_nothing
            c12_a_commit_replaces_the_deadline
            c12_next_wake_is_the_earliest
            c12_a_deferred_emergency_steps_aside
            c13_times_are_those_of_the_store
            c14_a_lease_lasts_and_runs_out
            c14_a_lease_can_be_extended
            c15_what_is_read_is_what_was_written
            c15_lists_are_complete_and_in_order
            c15_a_crash_loses_nothing
            b01_a_branch_is_enabled_until_set
            b02_the_last_setting_counts
            b03_a_switch_comes_with_its_record
            d01_a_target_gets_what_comes_after_it
            d02_a_lane_goes_one_by_one
            d02_events_of_no_emergency_have_a_lane
            d03_lanes_do_not_wait_for_each_other
            d04_racing_workers_never_share_a_lane
            d04_a_lost_claim_comes_again
            d05_who_lost_a_claim_changes_nothing
            d06_a_failure_comes_again
            d06_what_is_too_old_becomes_a_gap
            d07_the_next_delivery_is_known
            d08_a_target_can_be_forgotten
            d09_deliveries_outlast_a_crash
            s01_nothing_is_set_at_first
            s02_a_change_is_saved_with_its_record
            s03_a_change_from_another_revision_writes_nothing
            s03_one_of_many_racing_changes_is_saved
            s04_settings_of_branches_do_not_mix
            s05_settings_are_read_as_they_were_written
            u01_names_are_unique
            u01_racing_users_of_a_name_become_one
            u02_only_one_user_is_the_first
            u03_a_change_from_another_version_writes_nothing
            u04_there_is_always_an_admin
            u04_racing_admins_do_not_all_go
            u05_a_change_ends_all_sessions
            u06_what_is_refused_is_not_recorded
            u07_numbers_are_never_given_twice
            u08_users_are_read_as_they_were_written
            n01_a_session_lasts_and_runs_out
            n02_a_session_comes_with_its_user_as_they_are
            n03_a_session_ends_the_one_it_replaces
            n04_a_session_that_ended_is_gone
            n05_begin_and_end_are_recorded
            a01_numbers_rise
            a02_pages_have_what_was_asked_for
            a03_records_have_the_time_of_the_store
            a04_records_are_read_as_they_were_written
            o01_a_reader_gets_what_comes_after_it
            o02_entries_come_in_order
            o02_none_is_left_out_in_a_race
            o03_racing_workers_never_share_entries
            o03_a_lost_claim_comes_again
            o04_who_lost_a_claim_changes_nothing
            o05_what_is_released_comes_again
            o06_a_reader_can_be_forgotten
            o07_progress_outlasts_a_crash
            t01_what_was_written_last_is_read
            t02_changes_from_something_else_write_nothing
            t02_one_of_many_racing_changes_is_written
            t03_the_table_does_not_grow_for_ever
            t04_tries_outlast_a_crash
        }
    };
    (@table () $($name:ident)*) => {
        &[$($crate::store::testing::Check {
            name: stringify!($name),
            run: |lab| Box::pin($crate::store::testing::checks::$name(lab)),
        }),*]
    };
    (@tests ($lab:expr) $($name:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::store::testing::run(stringify!($name), $lab.await).await;
            }
        )*
    };
    ($lab:expr) => {
        $crate::store_conformance! { @checks tests ($lab) }
    };
}
