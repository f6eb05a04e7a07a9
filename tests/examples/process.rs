//! An example that introduces itself.

use tokio::{io::AsyncWriteExt, net::TcpStream, process::Command};

use crate::common::{
    process::{Process, example},
    receiver::{Receiver, SECRET},
};

/// A process that runs, and what it said at the start.
pub(crate) struct Example {
    process: Process,
    said: String,
}

impl Example {
    /// Starts it with little more set than a free port, so many seconds in one, and a service that gets every event;
    /// waits until it says how to end it.
    pub(crate) async fn start(name: &str, pace: u32, told: &Receiver) -> Self {
        let mut command = example(name);
        command.env("PORT", "0").env("SIM_PACE", pace.to_string()).env("RUST_LOG", "warn");
        told.open();
        let events = [("DEBUG_WEBHOOK_URL", told.url()), ("DEBUG_WEBHOOK_SECRET", SECRET)];
        command.envs(events).env("WEBHOOK_ALLOWED_HOSTS", "127.0.0.1");
        Self::begin(command).await
    }

    /// Starts it with arguments.
    pub(crate) async fn start_with(name: &str, arguments: &[&str]) -> Self {
        let mut command = example(name);
        command.args(arguments);
        Self::begin(command).await
    }

    async fn begin(mut command: Command) -> Self {
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let mut process = Process::start(command);
        process.until_said("Ctrl-C").await;
        Self { said: process.said(), process }
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
    pub(crate) async fn ends_when_asked(mut self) {
        self.process.ends_at("-TERM").await;
    }

    /// The same, while somebody is connected who has not said all of what they want.
    pub(crate) async fn ends_before_the_last_has_gone(mut self, here: &str) {
        let mut open = TcpStream::connect(here.trim_start_matches("http://")).await.expect("a connection");
        open.write_all(b"GET / HT").await.expect("it is open");
        // It has accepted that one when it accepts the next.
        let next = reqwest::Client::new().get(here).send().await;
        next.expect("an answer");
        self.process.ends_at("-TERM").await;
        assert!(self.process.console().contains("connections are still open"), "it has not waited");
    }

    /// The same as whoever presses Ctrl-C.
    pub(crate) async fn ends_when_interrupted(mut self) {
        self.process.ends_at("-INT").await;
    }
}

/// How this test is to end where it is run by itself.
const END: &str = "RESPONDER_TEST_END";

#[tokio::test]
async fn what_a_process_has_said_is_shown_if_the_test_fails_and_only_then() {
    if let Ok(end) = std::env::var(END) {
        // It is told nothing, which it complains of.
        let mut branch = Process::start(example("branch"));
        assert_eq!(branch.ends().await.code(), Some(2));
        assert_eq!(end, "well");
        return;
    }
    for (end, is_shown) in [("well", false), ("badly", true)] {
        let mut this = Command::new(std::env::current_exe().expect("our own path"));
        this.args(["--exact", "process::what_a_process_has_said_is_shown_if_the_test_fails_and_only_then"]);
        let output = this.env(END, end).output().await.expect("this program");
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(said.contains("1 passed") != is_shown, "{said}");
        assert_eq!(said.contains("See --help."), is_shown, "{said}");
    }
}
