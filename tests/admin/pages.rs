//! Pages.

use responder::access::{Permission, Rights};
use serde_json::json;

use crate::house::{House, at};

#[tokio::test]
async fn pages_show_what_whoever_looks_may_see() {
    let house = House::open();
    let ada = house.person("ada", Rights::Admin).await;
    for path in ["/", "/branch/tuc", "/branch/tuc/settings", "/users", "/audit?limit=5"] {
        let page = house.ask(ada.get(path)).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert!(page.body.contains(&ada.token.csrf()) && !page.body.contains(&ada.token.text()), "{path}");
    }
    let bo = house.person("bo", at("tuc", [Permission::View])).await;
    let home = house.ask(bo.get("/")).await.body;
    assert!(home.contains("/dashboard/branch/tuc") && !home.contains("/branch/poc"));
}

#[tokio::test]
async fn what_an_address_says_is_no_markup() {
    let house = House::open();
    let ada = house.person("ada", Rights::Admin).await;
    let page = house.ask(ada.get("/users?said=%3Cscript%3Ealert(1)%3C/script%3E")).await;
    assert!(!page.body.contains("<script"), "{}", page.body);
}

/// What stands between the tags of a page, without what is in them.
fn text_of(page: &str) -> String {
    let pieces = page.split('<').filter_map(|piece| piece.split_once('>'));
    pieces.map(|(_, text)| text).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn branches_and_users_have_their_names_wherever_people_read_of_them() {
    let house = House::with_branch().await;
    let ada = house.person("ada", Rights::Admin).await;
    let bo = house.person("bo", Rights::Admin).await;
    let cy = json!({ "username": "cy", "password": "a good password", "permissions": { "tuc": ["view", "trigger"] } });
    let added = house.ask(bo.post("/api/users", &cy)).await;
    let id = added.json()["user"]["id"].as_u64().expect("a number");
    let change = json!({ "permissions": { "tuc": ["view"] } });
    house.ask(crate::house::json(ada.request("PUT", &format!("/api/users/{id}")), &change)).await;
    house.ask(ada.post("/api/branch/tuc/disable", &json!({ "confirm": true }))).await;
    let gone = ada.request("DELETE", &format!("/api/users/{}", bo.user.id)).body(String::new()).expect("a request");
    assert_eq!(house.ask(gone).await.status, 200);

    let users = house.ask(ada.get("/users")).await.body;
    assert!(users.contains("<th scope=\"row\">TUC</th>") && users.contains("aria-label=\"View, TUC\""), "{users}");
    assert!(users.contains("name=\"perm_tuc_view\""), "forms go on to say which branch is meant");
    let audit = house.ask(ada.get("/audit")).await.body;
    for (page, words) in [(&users, ["TUC: view"].as_slice()), (&audit, &["In TUC", "view, report", "removed since"])] {
        let text = text_of(page);
        for words in words {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(!text.contains("tuc") && !text.contains("poc"), "a key: {text}");
    }
    assert!(text_of(&audit).contains(&format!("bo (removed since; user {})", bo.user.id)));

    let told = house.ask(ada.get("/api/audit?limit=1")).await.json()["entries"][0].clone();
    let names: Vec<_> = told.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(names, ["action", "address", "after", "at", "before", "branch", "id", "subject", "who"]);
}
