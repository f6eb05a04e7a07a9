//! The official SDKs drive the network by its base URL alone. `scripts/install-sdks` installs them.

use std::path::{Path, PathBuf};

use responder_sim::{ClockMode, Simulator, SimulatorBuilder};
use tokio::process::Command;

#[tokio::test]
async fn the_python_sdk_drives_it_and_accepts_its_signatures() {
    let python = installed("python/bin/python");
    let output = drive(Command::new(python).arg(script("drive.py")), Simulator::builder(), &[]).await;
    assert!(output.starts_with("python: "), "{output}");
}

#[tokio::test]
async fn the_python_sdk_accepts_its_signatures_with_a_shared_key() {
    let python = installed("python/bin/python");
    let network = Simulator::builder().webhook_key("webhooks_key_1", "a shared key");
    let output = drive(Command::new(python).arg(script("drive.py")), network, &["a shared key"]).await;
    assert!(output.starts_with("python: "), "{output}");
}

#[tokio::test]
async fn the_node_sdk_drives_it_and_accepts_its_signatures() {
    let modules = installed("node/node_modules");
    let output =
        drive(Command::new("node").arg(script("drive.mjs")), Simulator::builder(), &[&modules.to_string_lossy()]).await;
    assert!(output.starts_with("node: "), "{output}");
}

async fn drive(command: &mut Command, network: SimulatorBuilder, more: &[&str]) -> String {
    let network = network.clock(ClockMode::Stepped).calls_per_second(0.0).start().await;
    let network = network.expect("a network");
    command.args([&network.url(), network.account_sid(), network.auth_token()]).args(more);
    let output = command.kill_on_drop(true).output().await.expect("the interpreter is installed");
    let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{errors}\n{:#?}", network.trace().notices);
    network.stop().await;
    out.into_owned()
}

fn installed(path: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/sdks").join(path);
    assert!(path.exists(), "{} is missing: run scripts/install-sdks first", path.display());
    path
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk").join(name)
}
