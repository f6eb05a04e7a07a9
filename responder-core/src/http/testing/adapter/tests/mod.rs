//! The suite against plain hyper, and against adapters on it that are known to be broken.

mod broken;

use std::sync::Arc;

use self::broken::{Broken, Fault};
use super::CHECKS;

mod root {
    crate::adapter_conformance!(super::Broken::at("", super::Fault::Nothing));
}

mod below_a_prefix {
    crate::adapter_conformance!(super::Broken::new(super::Fault::Nothing));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_is_found() {
    let expected = [
        ("routing_every_method_at_every_path", Fault::KeepsPrefix),
        ("routing_unknown_paths_are_404", Fault::AnswersUnknown),
        ("routing_other_methods_are_told_which_there_are", Fault::AnswersOptions),
        ("routing_fixed_segments_come_before_parameters", Fault::LowersPath),
        ("routing_the_mount_point_is_the_root", Fault::KeepsPrefix),
        ("path_is_decoded_once_and_kept_raw", Fault::DecodesPath),
        ("path_that_is_none_is_404", Fault::DecodesPath),
        ("path_that_is_none_is_404", Fault::TidiesPath),
        ("path_that_is_none_is_404", Fault::LowersPath),
        ("path_in_absolute_form_is_the_same", Fault::DropsQuery),
        ("query_is_kept_raw", Fault::DropsQuery),
        ("query_is_kept_raw", Fault::ParsesQuery),
        ("head_is_get_without_a_body", Fault::SwallowsHead),
        ("head_starts_no_stream", Fault::StartsStreamsForHead),
        ("answer_has_its_status_and_headers", Fault::JoinsAnswers),
        ("answer_to_a_failure_is_plain", Fault::AddsHeaders),
        ("header_values_arrive_as_they_are", Fault::JoinsHeaders),
        ("header_values_arrive_as_they_are", Fault::LosesBytes),
        ("header_values_arrive_as_they_are", Fault::ObeysOverrides),
        ("header_names_have_no_case", Fault::JoinsHeaders),
        ("header_may_be_long_and_many", Fault::JoinsHeaders),
        ("caller_shows_a_token", Fault::DropsCredentials),
        ("caller_signs_the_public_address", Fault::DropsQuery),
        ("caller_signs_the_public_address", Fault::ParsesQuery),
        ("caller_signs_the_public_address", Fault::DecodesPath),
        ("caller_address_is_that_of_the_connection", Fault::LosesPeer),
        ("caller_address_is_that_of_the_connection", Fault::BelievesProxies),
        ("page_asks_first_and_is_told", Fault::AnswersOptions),
        ("page_asks_first_and_is_told", Fault::LetsPagesIn),
        ("page_may_read_if_it_is_listed", Fault::LetsPagesIn),
        ("body_is_limited_however_it_comes", Fault::LimitsBodies),
        ("body_that_is_declared_too_long_is_not_waited_for", Fault::ForgetsLengths),
        ("body_without_end_is_not_collected", Fault::CollectsBodies),
        ("body_is_not_read_before_it_is_wanted", Fault::CollectsBodies),
        ("body_that_can_not_be_read_is_400", Fault::ReadsText),
        ("body_has_a_type", Fault::GuessesTypes),
        ("body_comes_in_chunks_and_slowly", Fault::TakesFirstPiece),
        ("body_cut_off_reaches_no_handler", Fault::ForgivesCutBodies),
        ("body_that_stalls_is_408", Fault::CollectsBodies),
        ("body_is_asked_for_when_it_is_expected", Fault::DropsBodies),
        ("body_of_two_lengths_is_one_request", Fault::DropsBodies),
        ("stream_arrives_piece_by_piece", Fault::CollectsAnswers),
        ("stream_is_framed", Fault::CollectsAnswers),
        ("stream_that_fails_breaks_off", Fault::ForgivesBrokenStreams),
        ("stream_ends_when_nobody_reads", Fault::CollectsAnswers),
        ("handler_is_dropped_when_nobody_waits", Fault::OutlivesClients),
        ("connection_is_kept_after_errors", Fault::ClosesConnections),
        ("connection_takes_requests_in_a_row", Fault::ClosesConnections),
        ("connection_hears_slow_requests", Fault::DropsQuery),
        ("connections_do_not_mix", Fault::DropsQuery),
    ];
    // All at once: some find a fault by waiting in vain.
    let found = expected.map(|(name, fault)| (name, fault, tokio::spawn(is_found(name, fault))));
    for (name, fault, found) in found {
        assert!(found.await.expect("a check panicked"), "{name} does not find {fault:?}");
    }
    let idle = CHECKS.iter().map(|check| check.name).filter(|name| expected.iter().all(|(known, _)| known != name));
    // What they check is the server's part.
    assert_eq!(
        idle.collect::<Vec<_>>(),
        [
            "path_of_any_bytes_reaches_nobody_unread",
            "connection_survives_an_unread_body_or_closes",
            "connection_of_an_old_client_is_closed",
            "connection_refuses_nonsense"
        ]
    );
}

async fn is_found(name: &str, fault: Fault) -> bool {
    let check = CHECKS.iter().find(|check| check.name == name).expect("no check has that name");
    let violation = (check.run)(Arc::new(Broken::new(fault))).await.err();
    violation.is_some_and(|violation| !violation.0.contains("BUG"))
}
