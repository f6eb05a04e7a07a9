//! One node.

use std::{
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
    time::timeout,
};

/// A node while it runs, and what it writes to the console.
pub(crate) struct Node {
    child: Child,
    console: tokio::task::JoinHandle<String>,
}

impl Node {
    pub(crate) fn of(mut child: Child) -> Self {
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let console = tokio::spawn(async move {
            let (mut written, mut errors) = (String::new(), String::new());
            let (mut out, mut err) = (out.expect("piped"), err.expect("piped"));
            // What is not UTF-8 ends the reading, and the test that looks for the first line of it.
            let _ = tokio::join!(out.read_to_string(&mut written), err.read_to_string(&mut errors));
            written + &errors
        });
        Self { child, console }
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// kill -9; gives what was on the console.
    pub(crate) async fn kill(mut self) -> String {
        let _ = self.child.kill().await;
        self.console.await.expect("a console")
    }

    /// kill -9. An error if that, from here or from inside, is not what ended it: then it may never have run.
    pub(crate) async fn end(mut self) -> Result<(), String> {
        let _ = self.child.start_kill();
        let ended = self.child.wait().await.expect("an end");
        if ended.signal() == Some(SIGKILL) {
            return Ok(());
        }
        let console = self.console.await.expect("a console");
        let last = console.lines().last().unwrap_or_default();
        Err(format!("the branch ended by itself, with {ended}: {last}"))
    }

    /// Stops it in the middle of whatever it does.
    pub(crate) async fn pause(&self) {
        assert!(self.signal("-STOP").await, "the branch does not run");
    }

    /// Lets it go on as if nothing had been.
    pub(crate) async fn resume(&self) {
        assert!(self.signal("-CONT").await, "the branch does not run");
    }

    async fn signal(&self, signal: &str) -> bool {
        let Some(id) = self.child.id() else { return false };
        let sent = Command::new("kill").args([signal, &id.to_string()]).status().await;
        sent.is_ok_and(|status| status.success())
    }

    /// Asks it to end, and waits until it has.
    pub(crate) async fn stop(mut self) -> (bool, String) {
        self.signal("-TERM").await;
        let ended = timeout(Duration::from_secs(20), self.child.wait()).await;
        let is_clean = matches!(ended, Ok(Ok(status)) if status.success());
        (is_clean, self.kill().await)
    }
}

const SIGKILL: i32 = 9;

/// The example, which cargo builds before it runs tests: beside the folder that this test is in.
pub(crate) fn program() -> PathBuf {
    let test = std::env::current_exe().expect("our own path");
    let program = test.parent().and_then(Path::parent).expect("a folder").join("examples/branch");
    assert!(program.exists(), "build it first: cargo build --example branch --all-features");
    program
}
