//! One node.

use std::{os::unix::process::ExitStatusExt, time::Duration};

use tokio::process::Command;

use crate::common::process::Process;

/// A node while it runs.
pub(crate) struct Node(Process);

impl Node {
    pub(crate) fn start(command: Command) -> Self {
        Self(Process::start(command))
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.0.has_ended()
    }

    /// kill -9; gives what was on the console.
    pub(crate) async fn kill(mut self) -> String {
        self.0.kill().await;
        self.0.console()
    }

    /// kill -9. An error if that, from here or from inside, is not what ended it: then it may never have run.
    pub(crate) async fn end(mut self) -> Result<(), String> {
        let ended = self.0.kill().await;
        if ended.signal() == Some(SIGKILL) {
            return Ok(());
        }
        let console = self.0.console();
        let last = console.lines().last().unwrap_or_default();
        Err(format!("the branch ended by itself, with {ended}: {last}"))
    }

    /// Stops it in the middle of whatever it does.
    pub(crate) async fn pause(&self) {
        assert!(self.0.signal("-STOP").await, "the branch does not run");
    }

    /// Lets it go on as if nothing had been.
    pub(crate) async fn resume(&self) {
        assert!(self.0.signal("-CONT").await, "the branch does not run");
    }

    /// Asks it to end, and waits until it has; whether it did so in order, and what was on the console.
    pub(crate) async fn stop(mut self) -> (bool, String) {
        self.0.signal("-TERM").await;
        let ended = self.0.ends_within(Duration::from_secs(20)).await;
        let is_clean = ended.is_some_and(|status| status.success());
        (is_clean, self.kill().await)
    }
}

const SIGKILL: i32 = 9;
