//! The mail server as a process.

use std::{error::Error, path::Path, process::Stdio};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    Plain,
    StartTls,
    Tls,
}

pub(crate) struct Server {
    process: Child,
    said: Lines<BufReader<ChildStdout>>,
    port: u64,
    authority: String,
}

impl Server {
    pub(crate) async fn start(mode: Mode) -> Result<Self, Box<dyn Error>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join("target/mail/bin/python");
        let mut process = Command::new(&python)
            .arg(root.join("tests/mail/server.py"))
            .arg(format!("{mode:?}").to_lowercase())
            // It ends when this is closed.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It complains of what the tests do to it.
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{} ({error}): run scripts/install-mail-server", python.display()))?;
        let stdout = process.stdout.take().ok_or("no output")?;
        let mut server = Self { process, said: BufReader::new(stdout).lines(), port: 0, authority: String::new() };
        let ready = server.next().await?;
        server.port = ready["port"].as_u64().ok_or("no port")?;
        server.authority = ready["authority"].as_str().ok_or("no certificate")?.to_owned();
        Ok(server)
    }

    pub(crate) const fn port(&self) -> u64 {
        self.port
    }

    pub(crate) fn url(&self, query: &str) -> String {
        format!("smtp://127.0.0.1:{}{query}", self.port)
    }

    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// The next copy that it takes.
    pub(crate) async fn taken(&mut self) -> Result<Value, Box<dyn Error>> {
        loop {
            let said = self.next().await?;
            if said.get("taken").is_some() {
                return Ok(said);
            }
        }
    }

    async fn next(&mut self) -> Result<Value, Box<dyn Error>> {
        let line = self.said.next_line().await?.ok_or("the mail server has ended")?;
        Ok(serde_json::from_str(&line)?)
    }

    pub(crate) async fn stop(&mut self) -> Result<(), Box<dyn Error>> {
        Ok(self.process.kill().await?)
    }
}
