//! The suite that every adapter has to pass: whatever brings requests of a web framework to
//! [`Endpoints::serve`](crate::http::Endpoints::serve) and the answers back.
//!
//! Implement [`Adapter`], then let [`adapter_conformance!`](crate::adapter_conformance) make one test of each check.
//! Run it for the root and for a prefix. The tests run on tokio, which the crate under test needs as a dev-dependency
//! (`macros`, `rt-multi-thread`).
//!
//! ```text
//! responder_core::adapter_conformance!(MyAdapter::at("/help/tuc"));
//! ```
//!
//! Most checks ask in memory and over a socket, and compare both with an answer that is written out, to the byte. What
//! the server answers by itself, before any adapter hears of it (a request line that is none, too many headers), is
//! only checked for being refused.

mod ask;
mod case;
pub mod checks;
mod desk;
mod finding;
mod heard;
mod lab;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;

pub use finding::{Check, Finding, Run, Violation};
pub use lab::{Adapter, received};

/// Every check.
pub const CHECKS: &[Check] = crate::adapter_conformance!(@checks table ());

/// Runs one check, by name.
///
/// # Panics
/// When the adapter fails it, or no check has that name.
pub async fn run(name: &str, adapter: impl Adapter) {
    let Some(check) = CHECKS.iter().find(|check| check.name == name) else { panic!("no check is named {name}") };
    if let Err(violation) = (check.run)(Arc::new(adapter)).await {
        panic!("{name}: {violation}");
    }
}

/// Makes one test of each check of the adapter suite.
///
/// Takes an expression of a type that implements [`Adapter`]; each test
/// evaluates it anew.
#[macro_export]
macro_rules! adapter_conformance {
    (@checks $to:ident $arguments:tt) => {
        $crate::adapter_conformance! { @$to $arguments
            routing_every_method_at_every_path
            routing_unknown_paths_are_404
            routing_other_methods_are_told_which_there_are
            routing_fixed_segments_come_before_parameters
            routing_the_mount_point_is_the_root
            path_is_decoded_once_and_kept_raw
            path_that_is_none_is_404
            path_of_any_bytes_reaches_nobody_unread
            path_in_absolute_form_is_the_same
            query_is_kept_raw
            head_is_get_without_a_body
            head_starts_no_stream
            answer_has_its_status_and_headers
            answer_to_a_failure_is_plain
            header_values_arrive_as_they_are
            header_names_have_no_case
            header_may_be_long_and_many
            caller_shows_a_token
            caller_signs_the_public_address
            caller_address_is_that_of_the_connection
            page_asks_first_and_is_told
            page_may_read_if_it_is_listed
            body_is_limited_however_it_comes
            body_that_is_declared_too_long_is_not_waited_for
            body_without_end_is_not_collected
            body_is_not_read_before_it_is_wanted
            body_has_a_type
            body_that_can_not_be_read_is_400
            body_comes_in_chunks_and_slowly
            body_cut_off_reaches_no_handler
            body_that_stalls_is_408
            body_is_asked_for_when_it_is_expected
            body_of_two_lengths_is_one_request
            stream_arrives_piece_by_piece
            stream_is_framed
            stream_that_fails_breaks_off
            stream_ends_when_nobody_reads
            handler_is_dropped_when_nobody_waits
            connection_is_kept_after_errors
            connection_survives_an_unread_body_or_closes
            connection_takes_requests_in_a_row
            connection_of_an_old_client_is_closed
            connection_hears_slow_requests
            connection_refuses_nonsense
            connections_do_not_mix
        }
    };
    (@table () $($name:ident)*) => {
        &[$($crate::http::testing::adapter::Check {
            name: stringify!($name),
            run: |adapter| Box::pin($crate::http::testing::adapter::checks::$name(adapter)),
        }),*]
    };
    (@tests ($adapter:expr) $($name:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::http::testing::adapter::run(stringify!($name), $adapter).await;
            }
        )*
    };
    ($adapter:expr) => {
        $crate::adapter_conformance! { @checks tests ($adapter) }
    };
}
