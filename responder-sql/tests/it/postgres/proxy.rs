//! A line to the server that hangs and breaks when it is told to.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::watch,
};

use super::server;

#[derive(Debug)]
pub(super) struct Proxy {
    address: SocketAddr,
    mood: Arc<Mood>,
}

#[derive(Debug, Default)]
struct Mood {
    hangs: watch::Sender<bool>,
    /// How often everything that was connected has been forgotten.
    forgotten: watch::Sender<u32>,
    /// Hangs from the answer on that has this in it.
    hangs_at: Mutex<Option<&'static [u8]>>,
    /// The next answer to something that is written is lost with its connection.
    swallows: AtomicBool,
}

impl Proxy {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mood = Arc::<Mood>::default();
        let line = mood.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, line.clone()));
            }
        });
        Self { address, mood }
    }

    /// The server's address, as seen through here.
    pub(super) fn url(&self) -> String {
        let url = server::url();
        let (before, after) = url.split_once(&server::address()).expect("an address with a port");
        format!("{before}{}{after}", self.address)
    }

    /// From now on nothing is passed on.
    pub(super) fn hang(&self) {
        self.mood.hangs.send_replace(true);
    }

    /// Nothing is passed on any more on the connections of now; new ones are as good as ever.
    pub(super) fn forget(&self) {
        self.mood.forgotten.send_modify(|forgotten| *forgotten += 1);
    }

    /// Hangs as soon as the server answers with this.
    pub(super) fn hang_at(&self, answer: &'static [u8]) {
        *self.mood.hangs_at.lock().unwrap() = Some(answer);
    }

    pub(super) fn go_on(&self) {
        self.mood.hangs.send_replace(false);
    }

    pub(super) fn swallow_answers(&self) {
        self.mood.swallows.store(true, Ordering::SeqCst);
    }
}

async fn carry(client: TcpStream, mood: Arc<Mood>) {
    let forgotten = mood.forgotten.subscribe();
    let server = TcpStream::connect(server::address()).await.unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Whichever ends first takes the other with it.
    tokio::select! {
        () = pass_on(from_client, to_server, &mood, forgotten.clone(), |_| false) => {}
        () = pass_on(from_server, to_client, &mood, forgotten, |bytes| {
            if mood.hangs_at.lock().unwrap().take_if(|answer| has(bytes, answer)).is_some() {
                mood.hangs.send_replace(true);
            }
            // What says that something was written.
            has(bytes, b"written") && mood.swallows.swap(false, Ordering::SeqCst)
        }) => {}
    }
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

async fn pass_on(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mood: &Mood,
    forgotten: watch::Receiver<u32>,
    is_last: impl Fn(&[u8]) -> bool,
) {
    let mut buffer = vec![0; 64 << 10];
    let mut hangs = mood.hangs.subscribe();
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if forgotten.has_changed().unwrap_or(true) {
            // Both ends stay open.
            std::future::pending::<()>().await;
        }
        let is_last = is_last(&buffer[..length]);
        if hangs.wait_for(|hangs| !hangs).await.is_err() || is_last {
            return;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
