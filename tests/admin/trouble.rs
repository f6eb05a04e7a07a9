//! A branch that is away, slow or out of its mind: that is told in words and in time, and the others don't notice.

use std::time::{Duration, Instant};

use responder_sim::ClockMode;
use serde_json::json;
use tokio::time::timeout;

use crate::common::{
    patience::until,
    rogue::{Gate, Rogue},
    stream::Stream,
    town::{Operator, Town, emergency, told},
};

/// What a branch never answers, and what whoever asks is told.
const NONSENSE: [(&str, &str); 6] = [
    ("not HTTP at all", "I am no server.\r\n\r\n"),
    ("a page", "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<h1>It works!"),
    ("a failure", "HTTP/1.1 500 Oops\r\ncontent-length: 4\r\n\r\noops"),
    ("half an answer", "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{\"status\":"),
    ("that it does not know us", "HTTP/1.1 401 No\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"),
    ("a list of headers without end", "HTTP/1.1 200 OK\r\n"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_out_of_its_mind_is_told_in_words_and_holds_up_nobody() {
    let (rogue, trap) = (Rogue::open().await, Rogue::open().await);
    let mut town = Town::with(&["tuc", "poc"], ClockMode::Real).await;
    town.places[1].told.clone_from(&rogue.at);
    let _admin = town.admin().await;
    let ada = town.log_in().await;
    ada.save(&town.settings("tuc")).await;
    let _branch = town.branch("tuc").await;
    let poc = ada.before("poc");

    let elsewhere = format!("HTTP/1.1 307 There\r\nlocation: {}/webhook\r\ncontent-length: 0\r\n\r\n", trap.at);
    let redirect = [("the way to somebody else", elsewhere.as_str())];
    for (what, bytes) in NONSENSE.iter().chain(&redirect) {
        rogue.answers(Some(bytes));
        is_in_trouble(&town, &ada, &poc, what).await;
    }
    assert_eq!(trap.asked(), 0, "the token goes to nobody else");
    // Whether it has been done, nobody knows.
    rogue.answers(None);
    is_in_trouble(&town, &ada, &poc, "nothing, ever").await;
    assert!(rogue.asked() > 50, "{}", rogue.asked());
}

/// Everything at once, so that the slowest tells how long somebody waits.
async fn is_in_trouble(town: &Town, ada: &Operator<'_>, poc: &Operator<'_>, what: &str) {
    let refused = async |request: reqwest::RequestBuilder| {
        let (code, answer) = timeout(LONGEST, told(request)).await.unwrap_or_else(|_| panic!("{what}: it waits"));
        assert!((500..=504).contains(&code), "{what}: {code} {answer}");
        let words = answer["message"].as_str().unwrap_or_default();
        assert!(words.starts_with("The branch ") || words == "oops", "{what}: {answer}");
        assert!(!answer.to_string().contains("127.0.0.1"), "{what}: {answer}");
    };
    let offline = async {
        let (code, status) = timeout(LONGEST, poc.get("status")).await.expect("in time");
        assert_eq!((code, &status["online"], &status["status"]), (200, &json!(false), &json!("Offline")), "{what}");
    };
    let page = async {
        let request = town.http.get(format!("{}/", town.admin_at)).header("cookie", &ada.cookie);
        let answer = timeout(LONGEST, request.send()).await.expect("in time").expect("an answer");
        let html = (answer.status().as_u16(), answer.text().await.expect("a page"));
        assert!(html.0 == 200 && html.1.contains("Tucson") && html.1.contains("Offline"), "{what}");
    };
    let stream = async {
        let opened = timeout(LONGEST, Stream::open(poc.request("GET", "events"))).await.expect("in time");
        assert!(opened.is_err_and(|status| (500..=504).contains(&status)), "{what}");
    };
    let others = async {
        let begin = Instant::now();
        assert_eq!(ada.get("status").await.1["status"], "Ready", "{what}");
        assert_eq!(ada.get("logs?recent=1").await.0, 200, "{what}");
        assert!(begin.elapsed() < Duration::from_secs(2), "{what}: {:?}", begin.elapsed());
    };
    tokio::join!(
        offline,
        page,
        stream,
        others,
        refused(poc.request("GET", "emergencies")),
        refused(poc.request("GET", "logs?recent=5")),
        refused(poc.request("DELETE", "logs")),
        refused(poc.request("POST", "trigger").json(&emergency("Zed"))),
        refused(poc.request("POST", "emergencies/01arz3ndektsv4rrffq69g5fav/cancel").json(&json!({}))),
        refused(poc.request("POST", "restart").json(&json!({ "confirm": true }))),
    );
}

/// What is switched while a branch can't be reached is stored, told to be so, and counts as soon as the way is open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_branch_could_not_be_told_counts_as_soon_as_it_can_be_reached() {
    let mut town = Town::found().await;
    let gate = Gate::before(town.at("tuc")).await;
    town.places[0].told.clone_from(&gate.at);
    let _admin = town.admin().await;
    let ada = town.log_in().await;
    ada.save(&town.settings("tuc")).await;
    let _branch = town.branch("tuc").await;
    let mut events = Stream::open(ada.request("GET", "events")).await.expect("a stream");

    gate.close();
    assert_eq!(events.next().await, None, "the stream breaks off with the way");
    let (code, answer) = ada.post("disable", &json!({ "confirm": true })).await;
    assert_eq!((code, &answer["enabled"], &answer["applied"]), (200, &json!(false), &json!(false)), "{answer}");
    assert!(answer["message"].as_str().is_some_and(|words| words.contains("could not be told")), "{answer}");
    town.watcher_heard("switched off by ada").await;
    let (_, status) = ada.get("status").await;
    assert_eq!((&status["online"], &status["enabled"]), (&json!(false), &json!(false)));

    gate.open();
    // Nobody asks for it again: the server does.
    until(async || town.report("tuc").await.1["code"] == "disabled").await;
    let (_, answer) = ada.post("enable", &json!({})).await;
    assert_eq!(answer["applied"], true, "{answer}");
    // Whatever was tried before, the last word counts. It may be busy with one that it took while nobody could tell it.
    let (_, answer) = town.report("tuc").await;
    assert_ne!(answer["code"], "disabled", "{answer}");
}

/// A report is given more time than anything else, and the firehose is not asked here.
const LONGEST: Duration = Duration::from_secs(20);
