//! The line between a node and its database, which can be cut.

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Carries bytes while it is whole.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) port: u16,
    state: watch::Sender<State>,
}

/// How a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Whole,
    /// Connections break, and new ones, too.
    Cut,
    /// Nothing breaks, and nothing arrives: what a firewall does that forgets.
    Silent,
}

impl Line {
    pub(crate) async fn to(database: (String, u16)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        let port = listener.local_addr().expect("an address").port();
        let state = watch::Sender::new(State::Whole);
        tokio::spawn(carry(listener, database, state.subscribe()));
        Self { port, state }
    }

    pub(crate) fn becomes(&self, state: State) {
        self.state.send_replace(state);
    }
}

async fn carry(listener: TcpListener, database: (String, u16), state: watch::Receiver<State>) {
    while let Ok((node, _)) = listener.accept().await {
        tokio::spawn(connect(node, database.clone(), state.clone()));
    }
}

async fn connect(mut node: TcpStream, database: (String, u16), mut state: watch::Receiver<State>) {
    if *state.borrow_and_update() == State::Whole {
        let Ok(mut server) = TcpStream::connect(database).await else { return };
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut node, &mut server) => return,
            _ = state.wait_for(|state| *state != State::Whole) => {}
        }
    }
    let _ = state.wait_for(|state| *state != State::Silent).await;
}
