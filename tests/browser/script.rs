//! A script for Node that drives a browser. It tells what it wants done in the world, a line of JSON at a time, and is
//! told when that is so.

use std::{path::PathBuf, process::Stdio, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::Command,
    time::timeout,
};

use crate::town::Town;

/// No script takes longer, unless it hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// What a line begins with that is meant for us.
const FOR_US: char = '@';

pub(crate) async fn run(name: &str, town: &Town) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let modules = root.join("target/browser/node_modules");
    assert!(modules.join("playwright-core").exists(), "run scripts/install-browser first");
    let mut child = Command::new("node")
        .arg(root.join("tests/browser").join(name))
        .env("BROWSER_MODULES", &modules)
        .env("SCREENSHOTS", root.join("target/browser/screenshots"))
        .env("TOWN", town.told().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node: run scripts/install-browser first");
    let mut orders = child.stdin.take().expect("piped");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let work = async {
        while let Some(line) = lines.next_line().await.expect("text") {
            let Some(wish) = line.strip_prefix(FOR_US) else {
                println!("{line}");
                continue;
            };
            let wish: Value = serde_json::from_str(wish).expect("JSON");
            let answer = town.fulfil(&wish).await;
            orders.write_all(format!("{answer}\n").as_bytes()).await.expect("it listens");
        }
        child.wait().await.expect("a process")
    };
    let status = timeout(LIMIT, work).await.expect("the script ends in time");
    assert!(status.success(), "{name} failed: {status}");
}
