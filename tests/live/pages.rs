//! The status page.

use responder::http::testing::intrusions;

use crate::{
    cast, play,
    site::{BOTH, Framework, Site, on_stage, play_one},
};

#[test]
fn the_page_asks_for_the_password() {
    for framework in BOTH {
        on_stage(async |stage| {
            let site = Site::open(stage, framework).await;
            for path in ["/status", "/status/live"] {
                let refused = site.get(path).send().await.expect("an answer");
                assert_eq!(refused.status(), 401, "{framework:?}");
                let challenges = refused.headers().get_all("www-authenticate").iter();
                assert!(challenges.filter_map(|value| value.to_str().ok()).any(|value| value.starts_with("Basic ")));
                let wrong = site.get(path).basic_auth("operator", Some("guess")).send().await.expect("an answer");
                assert_eq!(wrong.status(), 401);
                assert_eq!(site.page(path).await.status(), 200);
            }
            site.close().await;
        });
    }
}

#[test]
fn the_page_shows_an_emergency_while_it_lasts_and_after_it() {
    on_stage(async |stage| {
        let site = Site::open(stage, Framework::Axum).await;
        let before = site.page("/status").await.text().await.expect("text");
        assert!(before.contains("Ready") && before.contains("There has been no emergency yet."), "{before}");
        play_one(stage).await;
        let after = site.page("/status").await.text().await.expect("text");
        for expected in [
            "Technician and customer talked.",
            "Carla Example",
            "12 Elm Street",
            "A pipe burst in the cellar",
            "accepted by a key.",
            "The two are connected and talk.",
            "class=\"bar ring\"",
            "class=\"bar hold\"",
            "class=\"bar talk\"",
            "No emergency is open.",
        ] {
            assert!(after.contains(expected), "{expected} is not in {after}");
        }
        // Nobody moves while we look.
        let _standing = stage.network.hold_time();
        play::report(stage, &cast::report()).await.expect("reported");
        let during = site.page("/status/live").await.text().await.expect("text");
        for expected in ["In Use", "A technician is being sought.", "What happens now", "The emergency was reported."] {
            assert!(during.contains(expected), "{expected} is not in {during}");
        }
        site.close().await;
    });
}

/// What somebody reports stays text.
#[test]
fn nothing_that_is_reported_becomes_part_of_the_page() {
    on_stage(async |stage| {
        let site = Site::open(stage, Framework::Warp).await;
        let mut report = cast::report();
        let hostile = "</dd><script src=//evil.example></script><img src=x onerror=alert(1)>'\"&";
        for field in ["customer_name", "incident_address", "emergency_description_text"] {
            report[field] = hostile.into();
        }
        play::report(stage, &report).await.expect("reported");
        let page = site.page("/status").await;
        let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let page = page.text().await.expect("text");
        assert!(page.contains("evil.example") && !page.contains("<script src=//") && !page.contains("<img"), "{page}");
        assert!(!page.contains(" style=") && !page.contains("<style") && !page.contains("onerror=alert(1)>"), "{page}");
        site.close().await;
    });
}

/// Whatever the page names is there, and may be kept.
#[test]
fn static_files_are_kept_for_a_year() {
    on_stage(async |stage| {
        let site = Site::open(stage, Framework::Axum).await;
        let page = site.page("/status").await.text().await.expect("text");
        let named = page.split(['"', '\'']).filter(|text| text.starts_with("status/assets/"));
        let named: Vec<&str> = named.collect();
        assert_eq!(named.len(), 5, "{named:?}");
        for path in named {
            let file = site.get(&format!("/{path}")).send().await.expect("an answer");
            assert_eq!(file.status(), 200, "{path}");
            assert_eq!(file.headers()["cache-control"], "public, max-age=31536000, immutable");
            assert!(!file.bytes().await.expect("bytes").is_empty());
        }
        site.close().await;
    });
}

#[test]
fn strangers_see_no_page() {
    on_stage(async |stage| {
        let rows = responder_dashboard::rows(&stage.branch, &responder::http::Access::operator());
        let table = responder::http::Endpoints::builder("https://help.example.com".parse().expect("a URL"));
        let table = table.endpoints(rows).build().expect("a table");
        assert_eq!(intrusions(&table).await, []);
    });
}
