//! Streams, tickets, pages of other origins.

use std::time::Duration;

use responder::store::{EmergencyStore, EventId};
use serde_json::Value;

use crate::site::{BOTH, Framework, Heard, PAGE, PASSWORD, Reader, Site, TOKEN, is_over, on_stage, play_one};

const EVENTS: &str = "/api/events";

fn follow(site: &Site) -> reqwest::RequestBuilder {
    site.get(EVENTS).bearer_auth(TOKEN)
}

/// One reader from the beginning, one who loses the connection after every third event and comes back to the other
/// server: both hear everything once, in order, as it is stored.
#[test]
fn nothing_is_lost_and_nothing_comes_twice() {
    on_stage(async |stage| {
        let sites = [Site::open(stage, Framework::Axum).await, Site::open(stage, Framework::Warp).await];
        let mut steady = Reader::open(follow(&sites[0])).await;
        let unsteady = async {
            let mut heard: Vec<Heard> = Vec::new();
            for turn in 0.. {
                let site = &sites[turn % 2];
                let request = match heard.last() {
                    Some(last) => follow(site).header("last-event-id", last.id.to_string()),
                    None => site.get(&format!("{EVENTS}?after=0")).bearer_auth(TOKEN),
                };
                let mut reader = Reader::open(request).await;
                for _ in 0..3 {
                    heard.push(reader.next().await.expect("the stream goes on"));
                    if heard.last().is_some_and(|last| last.name == "emergency_concluded") {
                        return heard;
                    }
                }
            }
            heard
        };
        let (unsteady, steady, ()) = tokio::join!(unsteady, steady.until("emergency_concluded"), play_one(stage));

        let key = stage.branch.key();
        let stored = stage.store.events(key, EventId::START, 1000).await.expect("events");
        let upto = stored.iter().position(|event| event.json.contains("\"emergency_concluded\"")).expect("it is over");
        let ids: Vec<u64> = stored[..=upto].iter().map(|event| event.id.as_u64()).collect();
        assert_eq!(steady.iter().map(|heard| heard.id).collect::<Vec<_>>(), ids);
        assert_eq!(unsteady, steady);
        for (heard, stored) in steady.iter().zip(&stored) {
            let data: Value = serde_json::from_str(&heard.data).expect("JSON");
            let event = stored.event().expect("an event");
            assert_eq!((data["event"].as_str(), heard.name.as_str()), (Some(event.name()), event.name()));
            assert_eq!(
                (data["id"].as_u64(), data["timestamp"].as_str()),
                (Some(heard.id), Some(&*stored.at.to_string()))
            );
            assert_eq!(data["emergency_id"].as_str().map(str::to_owned), stored.emergency.map(|id| id.to_string()));
        }
        stage.branch.end_streams();
        for site in sites {
            site.close().await;
        }
    });
}

/// A server that is asked to stop does, though somebody follows.
#[test]
fn a_server_can_stop_while_somebody_follows() {
    for framework in BOTH {
        on_stage(async |stage| {
            let site = Site::open(stage, framework).await;
            let (one, other) = (Reader::open(follow(&site)).await, Reader::open(follow(&site)).await);
            stage.branch.end_streams();
            is_over(one).await;
            is_over(other).await;
            let refused = follow(&site).send().await.expect("an answer");
            assert_eq!(refused.status(), 503, "{framework:?}");
            site.close().await;
        });
    }
}

async fn ticket(site: &Site) -> String {
    let request = site.ask("POST", "/api/events/ticket").bearer_auth(TOKEN);
    let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    answer["ticket"].as_str().expect("a ticket").to_owned()
}

async fn with_ticket(site: &Site, ticket: &str) -> u16 {
    site.get(&format!("{EVENTS}?ticket={ticket}")).send().await.expect("an answer").status().as_u16()
}

#[test]
fn a_ticket_opens_one_stream_within_a_minute() {
    for framework in BOTH {
        on_stage(async |stage| {
            let site = Site::open(stage, framework).await;
            assert_eq!(site.get(EVENTS).send().await.expect("an answer").status(), 401);
            assert_eq!(site.ask("POST", "/api/events/ticket").send().await.expect("an answer").status(), 401);
            let (first, second) = (ticket(&site).await, ticket(&site).await);
            assert_eq!(with_ticket(&site, &first).await, 200, "{framework:?}");
            assert_eq!(with_ticket(&site, &first).await, 401, "{framework:?}");
            site.clock.advance(Duration::from_secs(60));
            assert_eq!(with_ticket(&site, &second).await, 401, "{framework:?}");
            // With a password, from one of our own pages only.
            let request = || site.ask("POST", "/api/events/ticket").basic_auth("operator", Some(PASSWORD));
            assert_eq!(request().send().await.expect("an answer").status(), 403);
            let ours = request().header("sec-fetch-site", "same-origin").send().await.expect("an answer");
            assert_eq!(ours.status(), 200);
            stage.branch.end_streams();
            site.close().await;
        });
    }
}

#[test]
fn a_page_of_another_origin_follows_if_it_is_listed() {
    for framework in BOTH {
        on_stage(async |stage| {
            let site = Site::open(stage, framework).await;
            let question = |path: &str, origin: &str, method: &str| {
                let request = site.ask("OPTIONS", path).header("origin", origin);
                request.header("access-control-request-method", method).send()
            };
            let told = question(EVENTS, PAGE, "GET").await.expect("an answer");
            assert_eq!(
                (told.status().as_u16(), &told.headers()["allow"]),
                (204, &"GET, HEAD, OPTIONS".parse().unwrap())
            );
            assert_eq!(told.headers()["access-control-allow-origin"], PAGE);
            assert_eq!(told.headers()["access-control-allow-methods"], "GET, HEAD");
            assert_eq!(told.headers()["access-control-allow-headers"], "authorization, last-event-id");
            assert!(told.headers().get("access-control-allow-credentials").is_none());

            let followed = follow(&site).header("origin", PAGE).send().await.expect("an answer");
            assert_eq!(followed.headers()["access-control-allow-origin"], PAGE);
            assert_eq!(followed.headers()["vary"], "Origin");
            for origin in ["null", "https://monitor.example.com.evil.example", "https://monitor.example.com:8443", "*"]
            {
                let refused = question(EVENTS, origin, "GET").await.expect("an answer");
                assert!(refused.headers().get("access-control-allow-origin").is_none(), "{origin}");
                let refused = site.get("/api/status").header("origin", origin).send().await.expect("an answer");
                assert!(refused.headers().get("access-control-allow-origin").is_none(), "{origin}");
            }
            let provider = question("/incoming_twilio_call", PAGE, "POST").await.expect("an answer");
            assert!(provider.headers().iter().all(|(name, _)| !name.as_str().starts_with("access-control-")));
            drop(followed);
            stage.branch.end_streams();
            site.close().await;
        });
    }
}
