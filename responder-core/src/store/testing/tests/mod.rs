//! The suite against the store in memory, and against stores that are known to be broken.

mod broken;
mod broken_admin;
mod deliveries;
mod lab;
mod outbox;
mod tries;

use std::collections::BTreeSet;

use self::broken::Fault;
use self::broken_admin::AdminFault;
use self::lab::MemoryLab;
use super::CHECKS;

crate::store_conformance!(MemoryLab::sound());

/// Whether a check, by its name, finds the fault.
async fn is_found(name: &str, fault: Fault) -> bool {
    let check = CHECKS.iter().find(|check| check.name == name).expect("no check has that name");
    (check.run)(&mut MemoryLab::with(fault).await).await.is_err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_is_found_by_the_check_of_its_number() {
    let expected = [
        ("c01_a_commit_is_seen_whole", Fault::LosesEvents),
        ("c01_a_commit_is_seen_whole", Fault::LosesBindings),
        ("c01_readers_never_see_half", Fault::LosesEvents),
        ("c02_a_conflict_writes_nothing", Fault::IgnoresVersion),
        ("c03_a_commit_can_be_looked_up", Fault::ForgetsCommits),
        ("c03_a_repeated_commit_is_written_once", Fault::RenamesCommits),
        ("c03_a_repeated_opening_is_written_once", Fault::RenamesCommits),
        ("c03_a_repeated_commit_gets_its_claims", Fault::ForgetsClaims),
        ("c04_the_first_outcome_counts", Fault::LastOutcomeCounts),
        ("c04_racing_outcomes_settle_once", Fault::LastOutcomeCounts),
        ("c04_an_outcome_counts_after_its_lease", Fault::RefusesLateOutcomes),
        ("c05_a_withdrawn_command_is_only_reported", Fault::ForgetsWithdrawals),
        ("c05_a_command_put_back_can_be_withdrawn", Fault::ForgetsWithdrawals),
        ("c05_a_claimed_command_is_not_withdrawn", Fault::WithdrawsClaimed),
        ("c06_open_decides_in_order", Fault::LimitBeforeKey),
        ("c06_keys_live_seven_days", Fault::ForgetsKeys),
        ("c06_racing_repeats_become_one", Fault::ForgetsKeys),
        ("c06_a_refusal_writes_nothing", Fault::IgnoresLimit),
        ("c07_the_limit_holds_in_a_race", Fault::IgnoresLimit),
        ("c07_only_occupying_emergencies_count", Fault::IgnoresLimit),
        ("c08_claims_come_by_priority_then_time_then_id", Fault::ClaimsBackwards),
        ("c08_only_wanted_kinds_are_claimed", Fault::IgnoresKinds),
        ("c08_racing_workers_never_share_a_command", Fault::SharesCommands),
        ("c08_branches_do_not_mix", Fault::ListsEverything),
        ("c08_a_commit_claims_its_own_commands", Fault::ClaimsNothing),
        ("c08_a_commit_claims_its_own_commands", Fault::ClaimsInWords),
        ("c08_an_opening_claims_its_own_commands", Fault::ClaimsNothing),
        ("c08_an_opening_claims_its_own_commands", Fault::ClaimsInWords),
        ("c09_commands_do_not_wait_for_each_other", Fault::OneAtATime),
        ("c10_what_was_claimed_with_a_commit_comes_back", Fault::KeepsClaims),
        ("c10_what_was_claimed_with_a_commit_comes_back", Fault::ClaimsInWords),
        ("c10_lost_claims_end_as_abandoned", Fault::NeverGivesUp),
        ("c10_a_command_put_back_is_not_lost", Fault::LosesPutBacks),
        ("c10_an_unreadable_state_hides_nothing_else", Fault::StumblesOverUnreadable),
        ("c10_a_newer_state_is_left_to_newer_builds", Fault::TakesNewerForCorrupt),
        ("c10_a_newer_state_is_left_to_newer_builds", Fault::OverwritesNewer),
        ("c10_work_on_a_newer_state_is_left_to_newer_builds", Fault::ClaimsFromNewer),
        ("c10_work_on_a_newer_state_is_left_to_newer_builds", Fault::WakesForNewer),
        ("c10_a_newer_state_that_nobody_comes_for_is_everybodys", Fault::ForsakesNewer),
        ("c10_a_newer_state_that_nobody_comes_for_is_everybodys", Fault::HurriesNewer),
        ("c11_event_ids_have_no_gaps", Fault::SkipsEventIds),
        ("c11_events_of_no_emergency_are_in_line", Fault::RecordsOnlyFirst),
        ("c11_a_reader_misses_nothing", Fault::SkipsEventIds),
        ("c12_a_commit_replaces_the_deadline", Fault::KeepsDeadlines),
        ("c12_next_wake_is_the_earliest", Fault::SleepsForEver),
        ("c12_a_deferred_emergency_steps_aside", Fault::KeepsDeadlines),
        ("c13_times_are_those_of_the_store", Fault::HasAnotherClock),
        ("c14_a_lease_lasts_and_runs_out", Fault::LeasesForEver),
        ("c14_a_lease_can_be_extended", Fault::LosesExtensions),
        ("c15_what_is_read_is_what_was_written", Fault::ReadsOtherTexts),
        ("c15_lists_are_complete_and_in_order", Fault::ListsBackwards),
        ("d01_a_target_gets_what_comes_after_it", Fault::SubscribesAnew),
        ("d02_a_lane_goes_one_by_one", Fault::EndsLanesEarly),
        ("d02_events_of_no_emergency_have_a_lane", Fault::EndsLanesEarly),
        ("d03_lanes_do_not_wait_for_each_other", Fault::DeliversOneAtATime),
        ("d04_racing_workers_never_share_a_lane", Fault::SharesLanes),
        ("d04_a_lost_claim_comes_again", Fault::ForgetsTries),
        ("d05_who_lost_a_claim_changes_nothing", Fault::TakesAnyTicket),
        ("d06_a_failure_comes_again", Fault::ForgetsPauses),
        ("d06_what_is_too_old_becomes_a_gap", Fault::NeverSkips),
        ("d07_the_next_delivery_is_known", Fault::SleepsForEver),
        ("d08_a_target_can_be_forgotten", Fault::ForgetsNobody),
    ];
    for (check, fault) in expected {
        assert!(is_found(check, fault).await, "{check} does not find {fault:?}");
    }
}

/// The same for what an admin server keeps.
async fn finds(name: &str, fault: AdminFault) -> bool {
    let check = CHECKS.iter().find(|check| check.name == name).expect("no check has that name");
    (check.run)(&mut MemoryLab::with_admin(fault).await).await.is_err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_of_an_admin_store_is_found_by_the_check_of_its_number() {
    let expected = [
        ("s01_nothing_is_set_at_first", AdminFault::InventsSettings),
        ("s02_a_change_is_saved_with_its_record", AdminFault::RecordsNothing),
        ("s03_a_change_from_another_revision_writes_nothing", AdminFault::IgnoresRevisions),
        ("s03_one_of_many_racing_changes_is_saved", AdminFault::IgnoresRevisions),
        ("s04_settings_of_branches_do_not_mix", AdminFault::MixesBranches),
        ("s05_settings_are_read_as_they_were_written", AdminFault::TrimsValues),
        ("u01_names_are_unique", AdminFault::TakesNamesTwice),
        ("u02_only_one_user_is_the_first", AdminFault::ManyFirsts),
        ("u03_a_change_from_another_version_writes_nothing", AdminFault::IgnoresUserVersions),
        ("u04_there_is_always_an_admin", AdminFault::ForgetsLastAdmin),
        ("u05_a_change_ends_all_sessions", AdminFault::KeepsSessions),
        ("u06_what_is_refused_is_not_recorded", AdminFault::RecordsRefusals),
        ("u08_users_are_read_as_they_were_written", AdminFault::ForgetsPermissions),
        ("n01_a_session_lasts_and_runs_out", AdminFault::LastsForEver),
        ("n03_a_session_ends_the_one_it_replaces", AdminFault::KeepsReplaced),
        ("n04_a_session_that_ended_is_gone", AdminFault::NeverEnds),
        ("n05_begin_and_end_are_recorded", AdminFault::RecordsRefusals),
        ("a02_pages_have_what_was_asked_for", AdminFault::IgnoresBranchOfRecords),
        ("a02_pages_have_what_was_asked_for", AdminFault::ListsOldestFirst),
        ("b03_a_switch_comes_with_its_record", AdminFault::SwitchesUnrecorded),
        ("o01_a_reader_gets_what_comes_after_it", AdminFault::FollowsAnew),
        ("o02_entries_come_in_order", AdminFault::HandsOutNewestFirst),
        ("o02_entries_come_in_order", AdminFault::ForgetsProgress),
        ("o02_none_is_left_out_in_a_race", AdminFault::LeavesOut),
        ("o03_racing_workers_never_share_entries", AdminFault::SharesEntries),
        ("o03_a_lost_claim_comes_again", AdminFault::ForgetsTries),
        ("o03_a_lost_claim_comes_again", AdminFault::LeasesNothing),
        ("o04_who_lost_a_claim_changes_nothing", AdminFault::TakesAnyTicket),
        ("o05_what_is_released_comes_again", AdminFault::ForgetsPauses),
        ("o06_a_reader_can_be_forgotten", AdminFault::ForgetsNobody),
        ("t01_what_was_written_last_is_read", AdminFault::MixesSubjects),
        ("t02_changes_from_something_else_write_nothing", AdminFault::CountsBlindly),
        ("t02_changes_from_something_else_write_nothing", AdminFault::CountsHalf),
        ("t02_one_of_many_racing_changes_is_written", AdminFault::CountsBlindly),
        ("t03_the_table_does_not_grow_for_ever", AdminFault::KeepsAllTries),
        ("t03_the_table_does_not_grow_for_ever", AdminFault::WashesOut),
    ];
    for (check, fault) in expected {
        assert!(finds(check, fault).await, "{check} does not find {fault:?}");
    }
}

#[test]
fn every_number_of_the_contract_has_a_check() {
    let numbers: BTreeSet<_> = CHECKS.iter().map(|check| &check.name[..3]).collect();
    let mut expected: BTreeSet<_> = (1..=15).map(|n| format!("c{n:02}")).collect();
    for (letter, count) in [('a', 4), ('b', 3), ('d', 9), ('n', 5), ('o', 7), ('s', 5), ('t', 4), ('u', 8)] {
        expected.extend((1..=count).map(|n| format!("{letter}{n:02}")));
    }
    assert_eq!(numbers, expected.iter().map(String::as_str).collect());
}
