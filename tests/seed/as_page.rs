//! What the seed's monitor asks of a branch: its log, and to send it somewhere.

use std::fs;

use responder::Timestamp;
use serde_json::Value;

use crate::{
    sheet::{Answer, Field, Sheet, Wanted, bare, html, is, json, told},
    town::{Town, emergency, listener, until, with_form},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_monitor_finds_the_log_of_our_branch_as_it_was() {
    let (town, mut sheet) = (Town::found().await, Sheet::new());
    town.report(&emergency("Zoe Example")).await;
    until(async || fs::read_to_string(town.log()).is_ok_and(|log| log.contains("EMERGENCY_CALL_INITIATED"))).await;

    for query in ["", "?recent=0", "?recent=-1", "?recent=x", "?recent="] {
        let refused = town.ask("GET", &format!("/api/logs{query}")).await;
        let wanted = json(400, [("status", is("error")), ("message", Field::Text), ("examples", Field::List)]);
        sheet.look(&format!("a log of {query:?}"), &refused, &wanted);
    }
    let recent = town.ask("GET", "/api/logs?recent=3").await;
    sheet.look("the newest of the log", &recent, &logs(&[("count", is(3)), ("requested", is(3))]));
    let signed = town.ask("GET", "/api/logs?recent=+3").await;
    sheet.look("a number with a sign", &signed, &logs(&[("requested", is(3))]));
    for query in ["all", "all=1", "all&recent=1"] {
        let all = town.ask("GET", &format!("/api/logs?{query}")).await;
        sheet.look(&format!("the log of ?{query}"), &all, &logs(&[("requested", Field::Missing)]));
        entries(&mut sheet, &all);
    }
    sheet.look("the status page", &town.ask("GET", "/status").await, &html(200));

    sending(&town, &mut sheet).await;

    // Nothing is lost: what was there lies beside, under a name that says why.
    let resolved = town.ask("POST", "/resolve_errors").await;
    sheet.look("errors are dealt with", &resolved, &bare(302));
    sheet.so("the way back", resolved.header("location").ends_with("/status"), &resolved);
    let name = "tuc.log.resolved.";
    sheet.so("the log lies beside", kept(&town, name).is_some_and(|log| log.contains("WEBHOOK_RECEIVED")), &resolved);
    until(async || town.log().exists()).await;
    let cleared = town.ask("DELETE", "/api/logs").await;
    let wanted = [("status", is("success")), ("message", Field::Text), ("archive_path", Field::Text)];
    sheet.look("the log is cleared", &cleared, &json(200, wanted));
    let path = cleared.json()["archive_path"].as_str().unwrap_or_default().to_owned();
    // A number follows if something was put aside within the same second.
    let epoch = path.split_once("tuc.log.cleared.").and_then(|(_, epoch)| epoch.split('.').next()?.parse::<u64>().ok());
    sheet.so("its name ends with the time", epoch.is_some() && fs::exists(&path).is_ok_and(|is| is), &cleared);
    town.lose_log().await;
    let again = town.ask("DELETE", "/api/logs").await;
    let wanted = [("status", is("success")), ("message", Field::Text), ("archive_path", Field::Missing)];
    sheet.look("no log to clear", &again, &json(200, wanted));
    sheet.close(100);
}

/// What is asked of `/debug_firehose`, and what arrives.
async fn sending(town: &Town, sheet: &mut Sheet) {
    let (target, heard) = listener().await;
    for (method, name) in [("GET", "webhook_url"), ("POST", "webhook_url"), ("GET", "webhook"), ("POST", "webhook")] {
        let what = format!("the log is sent by {method} with ?{name}");
        let answer = town.ask(method, &format!("/debug_firehose?{name}={target}/sink")).await;
        let fields = [
            ("target", is(format!("{target}/sink"))),
            ("results/0/posted_to", is(format!("{target}/sink"))),
            ("results/0/status_code", is(200)),
            ("results/0/error", Field::Missing),
            ("timeline_count", Field::Whole),
            ("timeline/0/event", Field::Text),
        ];
        sheet.look(&what, &answer, &json(200, fields));
        let payload = heard.lock().expect("no panic").pop().unwrap_or_default();
        let payload = Answer { body: payload.to_string(), ..answer };
        let fields = [
            ("event", is("debug_firehose_log_dump")),
            ("timestamp", Field::Text),
            ("metadata/hostname", Field::Is(payload.json()["metadata"]["hostname"].clone())),
            ("metadata/public_url", is(town.at("tuc"))),
            ("timeline/0", Field::Object),
            ("raw_log_snippet", Field::Text),
        ];
        sheet.look(&format!("{what}: what arrives"), &payload, &json(200, fields));
    }
    let both = format!("/debug_firehose?webhook=http://127.0.0.1:1/&webhook_url={target}/first");
    let first = town.ask("GET", &both).await;
    sheet.look("of two targets the first counts", &first, &json(200, [("target", is(format!("{target}/first")))]));
    for nowhere in ["http://127.0.0.1:1/", "http://10.0.0.1/", "nonsense"] {
        let answer = town.ask("POST", &format!("/debug_firehose?webhook_url={nowhere}")).await;
        let fields = [
            ("target", is(nowhere)),
            ("results/0/posted_to", is(nowhere)),
            ("results/0/error", Field::Text),
            ("results/0/status_code", Field::Missing),
            ("timeline_count", Field::Whole),
        ];
        sheet.look(&format!("the log is sent to {nowhere}"), &answer, &json(200, fields));
    }
    for method in ["GET", "POST"] {
        let answer = town.ask(method, "/debug_firehose").await;
        sheet.look(&format!("the log is sent nowhere by {method}"), &answer, &json(400, [("error", Field::Text)]));
    }
    // A page may send an empty form with it.
    let form = with_form(town.to_branch("POST", &format!("/debug_firehose?webhook={target}")), &[("x", "y")]);
    let answer = told(form).await;
    sheet.look("the log is sent with a form", &answer, &json(200, [("results/0/status_code", is(200))]));
}

fn logs(more: &[(&'static str, Field)]) -> Wanted {
    let fields = [
        ("status", is("success")),
        ("count", Field::Whole),
        ("logs", Field::List),
        ("logs/0/title", Field::Text),
        ("logs/0/timestamp", Field::Text),
        ("logs/0/icon", Field::Text),
        ("logs/0/details", Field::Text),
        ("logs/0/raw_timestamp", Field::Text),
    ];
    json(200, fields).and(more)
}

/// As many as are counted, newest first, each with a state of two and a time as people wrote it.
fn entries(sheet: &mut Sheet, all: &Answer) {
    let body = all.json();
    let entries = body["logs"].as_array().cloned().unwrap_or_default();
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    sheet.so("they are counted", body["count"] == entries.len() && entries.len() > 3, all);
    let is_known = |entry: &Value| matches!(&*text(entry, "status"), "success" | "error");
    sheet.so("each went well or did not", entries.iter().all(is_known), all);
    let instants = entries.iter().map(|entry| text(entry, "raw_timestamp").parse().ok());
    // Those of one second stay as they were written.
    let seconds: Option<Vec<_>> =
        instants.map(|at: Option<Timestamp>| at.map(|at| at.as_micros() / 1_000_000)).collect();
    sheet.so("newest first", seconds.is_some_and(|seconds| seconds.is_sorted_by(|a, b| a >= b)), all);
    sheet.so("times are short", entries.iter().all(|entry| is_short(&text(entry, "timestamp"))), all);
    let titles: Vec<_> = entries.iter().map(|entry| (text(entry, "title"), text(entry, "icon"))).collect();
    let reported = ("Webhook: Emergency Triggered".to_owned(), "🔗".to_owned());
    sheet.so("a report is among them", titles.contains(&reported), all);
}

/// `Jan 15, 03:45:12 PM`
fn is_short(time: &str) -> bool {
    let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let rest = shape.get(3..);
    matches!(rest, Some(" 00, 00:00:00 AM" | " 00, 00:00:00 PM")) && time[..3].chars().all(char::is_alphabetic)
}

fn kept(town: &Town, name: &str) -> Option<String> {
    let mut files = fs::read_dir(town.folder.path()).expect("a folder").filter_map(Result::ok);
    let file = files.find(|file| file.file_name().to_string_lossy().starts_with(name))?;
    fs::read_to_string(file.path()).ok()
}
