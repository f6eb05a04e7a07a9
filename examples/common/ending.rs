//! How a server ends.

use std::{
    future::{Future, IntoFuture, pending},
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::{sync::oneshot, time::sleep};

use super::signals;

/// How long open connections are waited for: somewhat longer than the longest answer takes, which is that to a report
/// that the admin server passes on. Somebody who sends half a request, or does not read what they have asked for,
/// would keep a server from ending for as long as they like, and it accepts nobody meanwhile.
const PATIENCE: Duration = Duration::from_secs(15);

/// Serves until `asked`, which `serve` gives to the server as the sign to stop gracefully; then until no connection is
/// open, for a quarter of a minute at most, and no longer if the process is asked to end, too. None if connections were
/// left open.
pub(crate) fn in_time<S: IntoFuture>(
    asked: impl Future<Output = ()> + Send + 'static,
    serve: impl FnOnce(BoxFuture<'static, ()>) -> S,
) -> BoxFuture<'static, Option<S::Output>>
where
    S::IntoFuture: Send + 'static,
{
    let (tell, told) = oneshot::channel();
    let stop = async move {
        asked.await;
        // A server that has ended by itself waits for nobody.
        let _ = tell.send(());
    };
    let serving = serve(Box::pin(stop)).into_future();
    Box::pin(async move {
        tokio::select! {
            // In this order, signals are listened for before the server accepts nobody any more.
            biased;
            () = out_of_patience(told) => None,
            served = serving => Some(served),
        }
    })
}

async fn out_of_patience(told: oneshot::Receiver<()>) {
    if told.await.is_err() {
        pending::<()>().await;
    }
    tokio::select! {
        () = sleep(PATIENCE) => tracing::warn!("connections are still open, and are left so"),
        () = signals::asked_to_stop() => tracing::warn!("asked once more to end: nothing is waited for"),
    }
}
