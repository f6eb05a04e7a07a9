//! A program of this project as a process of its own. What it says is kept, and shown only if the test fails.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    process::{Child, Command},
    time::timeout,
};

use super::patience::{SOON, until};

/// It is killed when it is dropped.
pub(crate) struct Process {
    name: String,
    child: Child,
    /// Files without a name, as there is always room in them: a process that nobody reads does not stand still.
    out: File,
    err: File,
}

impl Process {
    pub(crate) fn start(mut command: Command) -> Self {
        let [out, err] = [(); 2].map(|()| tempfile::tempfile().expect("a file"));
        let to = |file: &File| Stdio::from(file.try_clone().expect("a file"));
        let child = command.stdin(Stdio::null()).stdout(to(&out)).stderr(to(&err)).kill_on_drop(true).spawn();
        let program = Path::new(command.as_std().get_program());
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { child: child.unwrap_or_else(|error| panic!("{name}: {error}")), name, out, err }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// What it has written to its output so far.
    pub(crate) fn said(&self) -> String {
        text(&self.out)
    }

    /// The same, and what it has written to its error output, which is its log.
    pub(crate) fn console(&self) -> String {
        text(&self.out) + &text(&self.err)
    }

    /// Waits until it has said something, which it must do before it ends.
    pub(crate) async fn until_said(&mut self, words: &str) {
        until(async || {
            let has_ended = self.has_ended();
            self.said().contains(words) || {
                assert!(!has_ended, "it has ended, and not said {words:?}");
                false
            }
        })
        .await;
    }

    /// Waits until it ends by itself.
    pub(crate) async fn ends(&mut self) -> ExitStatus {
        self.ends_within(SOON).await.expect("it ends in time")
    }

    /// The same; none if it does not.
    pub(crate) async fn ends_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        timeout(limit, self.child.wait()).await.ok().map(|status| status.expect("a status"))
    }

    /// Asks it to end, as a supervisor (`-TERM`) or somebody who presses Ctrl-C (`-INT`) does; it ends in order.
    pub(crate) async fn ends_at(&mut self, signal: &str) {
        assert!(self.signal(signal).await, "it does not run");
        let status = self.ends().await;
        assert!(status.success(), "{status}");
    }

    /// kill -9; how it ended, which it may have done before.
    pub(crate) async fn kill(&mut self) -> ExitStatus {
        // It may have ended meanwhile.
        drop(self.child.start_kill());
        self.child.wait().await.expect("a status")
    }

    /// False if there is nobody any more who could be sent it.
    pub(crate) async fn signal(&self, signal: &str) -> bool {
        let Some(id) = self.child.id() else { return false };
        let sent = Command::new("kill").args([signal, &id.to_string()]).status().await;
        sent.is_ok_and(|status| status.success())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let console = self.console();
            let from = console.lines().count().saturating_sub(MOST_LINES);
            let end: Vec<_> = console.lines().skip(from).collect();
            eprintln!("--- {} has said:\n{}\n---", self.name, end.join("\n"));
        }
    }
}

/// An example, told nothing yet. Cargo builds them before it runs tests: beside the folder that this test is in.
pub(crate) fn example(name: &str) -> Command {
    let test = std::env::current_exe().expect("our own path");
    let program: PathBuf = test.parent().and_then(Path::parent).expect("a folder").join("examples").join(name);
    assert!(program.exists(), "build it first: cargo build --example {name} --all-features");
    let mut command = Command::new(program);
    command.env_clear().stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// All of a file, without moving on in it: whoever writes it has the same place there as we.
fn text(file: &File) -> String {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(file.metadata()?.len()).unwrap_or_default()];
        file.read_exact_at(&mut bytes, 0)?;
        Ok(bytes)
    };
    String::from_utf8_lossy(&read().expect("a file")).into_owned()
}

/// A node that tells everything tells more than anybody reads.
const MOST_LINES: usize = 200;
