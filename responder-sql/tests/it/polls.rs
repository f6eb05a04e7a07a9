//! Futures that are dropped half-way.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

/// The result of `future`, unless it needs more than `most` polls: then it is dropped.
pub(crate) async fn at_most<T>(most: u32, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(move |context| {
        if polls == most {
            return Poll::Ready(None);
        }
        polls += 1;
        let poll = future.as_mut().poll(context).map(Some);
        if poll.is_pending() && polls == most {
            return Poll::Ready(None);
        }
        poll
    })
    .await
}
