//! One stream from each branch, for all pages that want to know that something has happened there.

use std::{
    collections::HashMap,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ::http::{HeaderMap, StatusCode};
use futures_util::StreamExt;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::{admin::BranchClient, store::BranchKey};

/// What is followed. It is as long as somebody listens.
#[derive(Clone, Default)]
pub(super) struct Followers(Arc<Mutex<HashMap<BranchKey, Changes>>>);

/// Counts what has happened; whoever is slow hears of several things at once.
type Changes = watch::Sender<u64>;

impl Followers {
    /// Hears of what happens in a branch from now on; that it comes and goes is something, too.
    pub(super) fn hear(&self, key: &BranchKey, client: &BranchClient) -> watch::Receiver<u64> {
        let mut followed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(changes) = followed.get(key) {
            return changes.subscribe();
        }
        let (changes, heard) = watch::channel(0);
        followed.insert(key.clone(), changes.clone());
        tokio::spawn(self.clone().follow(key.clone(), client.clone(), changes));
        heard
    }

    async fn follow(self, key: BranchKey, client: BranchClient, changes: Changes) {
        loop {
            tokio::select! {
                () = changes.closed() => {}
                never = listen(&client, &changes) => match never {},
            }
            let mut followed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Somebody may have come meanwhile.
            if changes.receiver_count() == 0 {
                followed.remove(&key);
                return;
            }
        }
    }
}

enum Never {}

async fn listen(client: &BranchClient, changes: &Changes) -> Never {
    let happened = || changes.send_modify(|count| *count = count.wrapping_add(1));
    let mut is_back = false;
    loop {
        if let Ok((answer, pieces)) = client.open("/api/events?unnamed", HeaderMap::new()).await
            && answer.status == StatusCode::OK
        {
            // What has happened meanwhile is not told again.
            if is_back {
                happened();
            }
            let mut pieces = pin!(pieces);
            while let Ok(Some(Ok(piece))) = timeout(DEAD_AFTER, pieces.next()).await {
                if !is_no_event(&piece) {
                    happened();
                }
            }
            happened();
        }
        is_back = true;
        sleep(OPEN_AGAIN).await;
    }
}

/// An event may come in several pieces; then each of them counts, which does no harm.
fn is_no_event(piece: &[u8]) -> bool {
    let is_greeting = piece.starts_with(b"retry:") && !piece.windows(5).any(|word| word == b"data:");
    is_greeting || piece.iter().all(|byte| b":\n".contains(byte))
}

/// How soon a branch that is away is asked again: once for all pages.
const OPEN_AGAIN: Duration = Duration::from_secs(2);

/// A branch says something every 15 seconds.
const DEAD_AFTER: Duration = Duration::from_secs(45);

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        sync::broadcast,
        time::timeout,
    };

    use super::*;

    const SOON: Duration = Duration::from_secs(30);

    #[test]
    fn whatever_may_be_an_event_is_no_silence() {
        for silence in [&b":\n\n"[..], b"retry: 2000\nid: 4\n\n"] {
            assert!(is_no_event(silence), "{silence:?}");
        }
        for piece in
            [&b"id: 5\ndata: {}\n\n"[..], b"id: 5\nda", b"ta: {}\n\n", b"retry: 2000\nid: 4\n\nid: 5\ndata: {}\n\n"]
        {
            assert!(!is_no_event(piece), "{piece:?}");
        }
    }

    #[tokio::test]
    async fn a_branch_is_asked_once_for_everybody_and_no_more_when_nobody_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (opened, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let says = broadcast::Sender::new(16);
        let (counted, done, told) = (Arc::clone(&opened), Arc::clone(&ended), says.clone());
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (counted, done, mut told) = (Arc::clone(&counted), Arc::clone(&done), told.subscribe());
                tokio::spawn(async move {
                    let mut request = [0; 4096];
                    drop(socket.read(&mut request).await);
                    let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
                    socket.write_all(head).await.expect("written");
                    counted.fetch_add(1, Ordering::SeqCst);
                    loop {
                        tokio::select! {
                            text = told.recv() => {
                                let text: &str = text.expect("a text");
                                socket.write_all(text.as_bytes()).await.expect("written");
                            }
                            // Whoever listened has gone.
                            _ = socket.read(&mut request) => break,
                        }
                    }
                    done.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        let key = "tuc".parse().expect("a key");
        let client = BranchClient::new(&url, &"token".into()).expect("a client");
        let followers = Followers::default();
        let reaches = async |count: &AtomicUsize, number: usize| {
            let reached = async {
                while count.load(Ordering::SeqCst) < number {
                    tokio::task::yield_now().await;
                }
            };
            timeout(SOON, reached).await.expect("in time");
        };
        for round in 1..=2 {
            let mut all: Vec<_> = (0..50).map(|_| followers.hear(&key, &client)).collect();
            reaches(&opened, round).await;
            says.send("data: 1\n\n").expect("somebody listens");
            for heard in &mut all {
                timeout(SOON, heard.changed()).await.expect("in time").expect("a change");
            }
            assert_eq!(opened.load(Ordering::SeqCst), round, "one stream for all");
            drop(all);
            reaches(&ended, round).await;
        }
        assert!(followers.0.lock().expect("no panic").is_empty());
    }
}
