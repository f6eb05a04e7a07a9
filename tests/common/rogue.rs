//! What stands in a branch's place, or in the way to it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Answers every request alike.
pub(crate) struct Rogue {
    pub(crate) at: String,
    answer: watch::Sender<Option<String>>,
    asked: Arc<AtomicUsize>,
}

impl Rogue {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = format!("http://{}", listener.local_addr().expect("an address"));
        let (answer, answers) = watch::channel(None::<String>);
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (answers, counted) = (answers.clone(), Arc::clone(&counted));
                tokio::spawn(async move {
                    let mut request = [0; 16 << 10];
                    if !matches!(socket.read(&mut request).await, Ok(1..)) {
                        return;
                    }
                    counted.fetch_add(1, Ordering::SeqCst);
                    let answer = answers.borrow().clone();
                    match answer {
                        Some(bytes) => drop(socket.write_all(bytes.as_bytes()).await),
                        // Until whoever asks gives up.
                        None => while matches!(socket.read(&mut request).await, Ok(1..)) {},
                    }
                });
            }
        });
        Self { at, answer, asked }
    }

    /// From now on it answers so, and closes the connection; without an answer it only listens.
    pub(crate) fn answers(&self, bytes: Option<&str>) {
        self.answer.send_replace(bytes.map(str::to_owned));
    }

    /// How many requests have come.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A way to a server that can be closed.
pub(crate) struct Gate {
    pub(crate) at: String,
    is_open: watch::Sender<bool>,
}

impl Gate {
    /// Open.
    pub(crate) async fn before(server: &str) -> Self {
        let server: SocketAddr = server.trim_start_matches("http://").parse().expect("an address");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = format!("http://{}", listener.local_addr().expect("an address"));
        let (is_open, opened) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((mut ours, _)) = listener.accept().await {
                let mut opened = opened.clone();
                tokio::spawn(async move {
                    let carry = async {
                        let mut theirs = TcpStream::connect(server).await?;
                        copy_bidirectional(&mut ours, &mut theirs).await
                    };
                    // What is closed breaks off in the middle of whatever is said.
                    tokio::select! {
                        biased;
                        _ = opened.wait_for(|is_open| !is_open) => {}
                        _ = carry => {}
                    }
                });
            }
        });
        Self { at, is_open }
    }

    pub(crate) fn close(&self) {
        self.is_open.send_replace(false);
    }

    pub(crate) fn open(&self) {
        self.is_open.send_replace(true);
    }
}
