//! The simulator as a program.

use std::process::Stdio;

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_responder-sim");

#[tokio::test]
async fn it_says_where_it_listens_serves_and_stops_when_told() {
    let arguments = ["--clock", "stepped", "--auth-token", "secret", "--voice", "+15005550001=http://127.0.0.1:1/"];
    let mut program = Command::new(PROGRAM).args(arguments).stdout(Stdio::piped()).kill_on_drop(true).spawn();
    let program = program.as_mut().expect("it runs");
    let mut lines = BufReader::new(program.stdout.take().expect("an output")).lines();
    let line = lines.next_line().await.expect("a line").expect("a line");
    let url = line.split_whitespace().find(|word| word.starts_with("http://")).expect("an address");
    let health: serde_json::Value =
        reqwest::get(format!("{url}/_sim/health")).await.expect("an answer").json().await.expect("a body");
    assert_eq!(health["clock"]["mode"], "stepped");
    let account = health["account_sid"].as_str().expect("an account");
    let numbers = format!("{url}/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json");
    let list = reqwest::Client::new().get(numbers).basic_auth(account, Some("secret")).send().await;
    let list: serde_json::Value = list.expect("an answer").json().await.expect("a body");
    assert_eq!(list["incoming_phone_numbers"][0]["voice_url"], "http://127.0.0.1:1/");
    let id = program.id().expect("it runs").to_string();
    assert!(Command::new("kill").arg(id).status().await.expect("kill is there").success());
    assert!(program.wait().await.expect("it ended").success(), "a graceful stop");
}

#[tokio::test]
async fn help_is_printed_and_nonsense_refused() {
    let help = Command::new(PROGRAM).arg("--help").output().await.expect("it runs");
    assert!(help.status.success());
    assert!(String::from_utf8_lossy(&help.stdout).contains("--account-sid"));
    let nonsense = Command::new(PROGRAM).arg("--nonsense").output().await.expect("it runs");
    assert_eq!(nonsense.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nonsense.stderr).contains("--nonsense"));
}
