//! Where ours differs on purpose: each row of the list in `docs/compatibility.md`, and that it is so. There are no
//! others.

mod admin;
mod branch;

use crate::{sheet::Sheet, town::Town};

const LIST: &str = include_str!("../../../docs/compatibility.md");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_different_is_so_on_purpose() {
    let (town, mut sheet) = (Town::found().await, Sheet::new());
    let listed: Vec<_> = LIST.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert!(listed.len() > 10, "{listed:?}");
    for name in listed {
        match name {
            "bad-input" => branch::bad_input(&town, &mut sheet).await,
            "no-log" => branch::no_log(&town, &mut sheet).await,
            "log-times" => branch::log_times(&town, &mut sheet).await,
            "stored-first" => branch::stored_first(&town, &mut sheet).await,
            "callbacks" => branch::callbacks(&town, &mut sheet).await,
            "bridge" => branch::no_bridge(&town, &mut sheet).await,
            "twiml" => branch::escaped(&town, &mut sheet).await,
            "no-session" => admin::no_session(&town, &mut sheet).await,
            "enabled" => admin::a_boolean(&town, &mut sheet).await,
            "credentials" => admin::no_credentials(&town, &mut sheet).await,
            "pages" => admin::pages(&town, &mut sheet).await,
            "all-or-none" => admin::all_or_none(&town, &mut sheet).await,
            "unchanged" => admin::unchanged(&town, &mut sheet).await,
            "event-address" => admin::event_address(&town, &mut sheet).await,
            other => panic!("nobody looks at {other}"),
        }
    }
    sheet.close(100);
}
