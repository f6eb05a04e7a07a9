//! An example, as cargo has built it.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::receiver::{Receiver, SECRET};

/// Until it must have said or done what is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A process that runs, and what it said at the start.
pub(crate) struct Example {
    child: Child,
    said: String,
    _rest: Lines<BufReader<ChildStdout>>,
}

impl Example {
    /// Starts it with little more set than a free port, so many seconds in one, and a service that gets every event; reads
    /// until it says how to end it.
    pub(crate) async fn start(name: &str, pace: u32, told: &Receiver) -> Self {
        let mut command = Command::new(program(name));
        command.env_clear().env("PORT", "0").env("SIM_PACE", pace.to_string()).env("RUST_LOG", "warn");
        told.open();
        let events = [("DEBUG_WEBHOOK_URL", told.url()), ("DEBUG_WEBHOOK_SECRET", SECRET)];
        command.envs(events).env("WEBHOOK_ALLOWED_HOSTS", "127.0.0.1");
        Self::begin(command).await
    }

    /// Starts it with arguments.
    pub(crate) async fn start_with(name: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(program(name));
        command.env_clear().args(arguments);
        Self::begin(command).await
    }

    async fn begin(mut command: Command) -> Self {
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("the example, as cargo builds it");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut said = String::new();
        let introduction = async {
            while !said.contains("Ctrl-C") {
                let line = lines.next_line().await.expect("text").expect("an introduction before the end");
                said += &line;
                said.push('\n');
            }
        };
        timeout(PATIENCE, introduction).await.expect("an introduction");
        Self { child, said, _rest: lines }
    }

    pub(crate) fn has_said(&self, words: &str) -> bool {
        self.said.contains(words)
    }

    /// What it said after `begin`, up to what no address and no token holds.
    pub(crate) fn word_after(&self, begin: &str) -> String {
        let (_, rest) =
            self.said.split_once(begin).unwrap_or_else(|| panic!("it does not say {begin:?}: {}", self.said));
        rest.split([' ', '\n', ',', '\'', '"', ')']).next().unwrap_or_default().to_owned()
    }

    /// Asks it to end, as a supervisor does; it ends in order.
    pub(crate) async fn ends_when_asked(self) {
        self.ends_at("-TERM").await;
    }

    /// The same as whoever presses Ctrl-C.
    pub(crate) async fn ends_when_interrupted(self) {
        self.ends_at("-INT").await;
    }

    async fn ends_at(mut self, signal: &str) {
        let id = self.child.id().expect("it runs").to_string();
        Command::new("kill").args([signal, &id]).status().await.expect("kill");
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it ends").expect("a status");
        assert!(status.success(), "{status}");
    }
}

/// Asks until the answer is right; gives the last one.
pub(crate) async fn within<T>(
    limit: Duration,
    mut ask: impl AsyncFnMut() -> Option<T>,
    is_right: impl Fn(&T) -> bool,
) -> T {
    let asking = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(50));
        loop {
            ticks.tick().await;
            if let Some(answer) = ask().await.filter(&is_right) {
                return answer;
            }
        }
    };
    timeout(limit, asking).await.expect("the right answer in time")
}

/// Cargo builds examples before it runs tests: beside the folder that this test is in.
pub(crate) fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("our own path");
    let program = test.parent().and_then(Path::parent).expect("a folder").join("examples").join(name);
    assert!(program.exists(), "build it first: cargo build --example {name}");
    program
}
