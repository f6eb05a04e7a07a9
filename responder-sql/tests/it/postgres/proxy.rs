//! A line to the server that hangs and breaks when it is told to.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
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

#[derive(Debug)]
struct Mood {
    hangs: watch::Sender<bool>,
    /// The next answer to something that is written is lost with its connection.
    swallows: AtomicBool,
}

impl Proxy {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mood = Arc::new(Mood { hangs: watch::Sender::new(false), swallows: AtomicBool::new(false) });
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

    pub(super) fn go_on(&self) {
        self.mood.hangs.send_replace(false);
    }

    pub(super) fn swallow_answers(&self) {
        self.mood.swallows.store(true, Ordering::SeqCst);
    }
}

async fn carry(client: TcpStream, mood: Arc<Mood>) {
    let server = TcpStream::connect(server::address()).await.unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Whichever ends first takes the other with it.
    tokio::select! {
        () = pass_on(from_client, to_server, &mood, |_| false) => {}
        () = pass_on(from_server, to_client, &mood, |bytes| {
            // What says that something was written.
            bytes.windows(7).any(|window| window == b"written") && mood.swallows.swap(false, Ordering::SeqCst)
        }) => {}
    }
}

async fn pass_on(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mood: &Mood, is_last: impl Fn(&[u8]) -> bool) {
    let mut buffer = vec![0; 64 << 10];
    let mut hangs = mood.hangs.subscribe();
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if hangs.wait_for(|hangs| !hangs).await.is_err() || is_last(&buffer[..length]) {
            return;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
