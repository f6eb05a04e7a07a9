//! Users.

use responder::{
    access::{AuditAction, Rights},
    store::UserStore,
};
use serde_json::json;

use crate::house::{House, at};

#[tokio::test]
async fn users_come_change_and_go_with_their_sessions() {
    let house = House::open();
    let ada = house.person("ada", Rights::Admin).await;
    let new = json!({ "username": "Bo", "password": "a good password", "permissions": { "tuc": ["view", "trigger"] } });
    let created = house.ask(ada.post("/api/users", &new)).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let id = created.json()["user"]["id"].as_u64().expect("a number");
    assert_eq!(house.ask(ada.post("/api/users", &new)).await.code(), "name_taken");

    let user = house.store.user_named(&"bo".parse().expect("a name")).await.expect("a store").expect("bo");
    assert_eq!(user.rights, at("tuc", [responder::access::Permission::View, responder::access::Permission::Trigger]));
    let bo = house.session_of(user).await;
    assert_eq!(house.ask(bo.get("/api/branch/tuc/status")).await.status, 200);

    let path = format!("/api/users/{id}");
    let change = crate::house::json(ada.request("PUT", &path), &json!({ "permissions": { "poc": ["view"] } }));
    assert_eq!(house.ask(change).await.status, 200);
    assert_eq!(house.ask(bo.get("/api/branch/tuc/status")).await.status, 401, "changed: the session is over");
    let user = house.store.user_named(&"bo".parse().expect("a name")).await.expect("a store").expect("bo");
    let bo = house.session_of(user).await;
    assert_eq!(house.ask(bo.get("/api/branch/tuc/status")).await.status, 403);
    assert_eq!(house.ask(bo.get("/api/branch/poc/status")).await.status, 200);

    let delete = ada.request("DELETE", &path).body(String::new()).expect("a request");
    assert_eq!(house.ask(delete).await.status, 200);
    assert_eq!(house.ask(bo.get("/api/branch/poc/status")).await.status, 401, "gone: the session is over");
    let actions: Vec<_> = house.audit().await.into_iter().map(|recorded| recorded.entry.action).collect();
    assert_eq!(actions[0], AuditAction::UserRemoved);
    assert!(actions.contains(&AuditAction::UserChanged));
    for recorded in house.audit().await {
        assert!(!serde_json::to_string(&recorded.entry).expect("JSON").contains("argon2"), "a hash is recorded");
    }
}

#[tokio::test]
async fn nobody_removes_themselves_or_the_last_admin() {
    let house = House::open();
    let ada = house.person("ada", Rights::Admin).await;
    let path = format!("/api/users/{}", ada.user.id);
    let before = house.holding().await;
    let delete = ada.request("DELETE", &path).body(String::new()).expect("a request");
    assert_eq!(house.ask(delete).await.code(), "not_yourself");
    let demote = crate::house::json(ada.request("PUT", &path), &json!({ "is_admin": false }));
    assert_eq!(house.ask(demote).await.code(), "not_yourself");
    for wrong in [
        json!({ "username": "bo", "password": "short" }),
        json!({ "username": "b o", "password": "a good password" }),
        json!({ "username": "bo", "password": "a good password", "permissions": { "rex": ["view"] } }),
        json!({ "username": "bo", "password": "a good password", "permissions": { "tuc": ["own"] } }),
        json!({}),
    ] {
        assert_eq!(house.ask(ada.post("/api/users", &wrong)).await.status, 400, "{wrong}");
    }
    assert_eq!(house.holding().await, before);
}

#[tokio::test]
async fn forms_do_the_same_and_say_what_came_of_it() {
    let house = House::open();
    let ada = house.person("ada", Rights::Admin).await;
    let fields =
        [("username", "bo"), ("password", "a good password"), ("perm_tuc_view", "on"), ("perm_poc_edit_basic", "on")];
    let created = house.ask(ada.form("/users/create", &fields)).await;
    assert_eq!(
        (created.status, created.header("location")),
        (302, "/dashboard/users?said=user_added"),
        "{}",
        created.body
    );
    let again = house.ask(ada.form("/users/create", &fields)).await;
    assert_eq!(again.header("location"), "/dashboard/users?said=name_taken");
    let bo = house.store.user_named(&"bo".parse().expect("a name")).await.expect("a store").expect("bo");
    assert_eq!(bo.rights.at("poc").iter().count(), 1);
    let path = format!("/users/{}/edit", bo.id);
    house.ask(ada.form(&path, &[("username", "bo"), ("password", ""), ("perm_tuc_view", "on")])).await;
    let changed = house.store.user(bo.id).await.expect("a store").expect("bo");
    assert_eq!(changed.rights.at("poc").iter().count(), 0, "what is not ticked is taken away");
    assert_eq!(changed.password, bo.password, "and the password stays");
    house.ask(ada.form(&format!("/users/{}/delete", bo.id), &[])).await;
    assert_eq!(house.store.user(bo.id).await.expect("a store"), None);
}

/// Two admins look at the same user; what the one takes away does not come back with what the other stores later.
#[tokio::test]
async fn what_was_taken_away_does_not_come_back_with_an_older_form() {
    let house = House::with_branch().await;
    let ada = house.person("ada", Rights::Admin).await;
    let bo = house.person("bo", at("tuc", [responder::access::Permission::View])).await;
    let path = format!("/api/users/{}", bo.user.id);
    let shown = house.ask(ada.get(&path)).await.json()["user"]["version"].clone();
    let page = house.ask(ada.get("/users")).await.body;
    let field = format!(r#"<input type="hidden" name="version" value="{shown}">"#);
    assert_eq!(page.matches(&field).count(), 1, "{page}");

    // A client that says nothing of what it saw changes what there is.
    let put = |body: &serde_json::Value| crate::house::json(ada.request("PUT", &path), body);
    assert_eq!(house.ask(put(&json!({ "permissions": {} }))).await.status, 200);
    let before = house.holding().await;
    let old = json!({ "permissions": { "tuc": ["view"] }, "version": shown });
    let late = house.ask(put(&old)).await;
    assert_eq!((late.status, late.code().as_str()), (409, "changed_meanwhile"));
    let mut matched = put(&json!({ "permissions": { "tuc": ["view"] } }));
    matched.headers_mut().insert("if-match", format!("\"{shown}\"").parse().expect("a header"));
    assert_eq!(house.ask(matched).await.code(), "changed_meanwhile");
    let fields = [("username", "bo"), ("perm_tuc_view", "on"), ("version", &*shown.to_string())];
    let edit = format!("/users/{}/edit", bo.user.id);
    let late = house.ask(ada.form(&edit, &fields)).await;
    assert_eq!(late.header("location"), "/dashboard/users?said=changed_meanwhile");
    assert!(house.ask(ada.get("/users?said=changed_meanwhile")).await.body.contains("nothing was stored"));
    for (wrong, status) in [("x", 400), ("-1", 400)] {
        let refused = house.ask(put(&json!({ "permissions": {}, "version": wrong }))).await;
        assert_eq!(refused.status, status, "{wrong}");
        let refused = house.ask(ada.form(&edit, &[("username", "bo"), ("version", wrong)])).await;
        assert_eq!(refused.header("location"), "/dashboard/users?said=invalid_field", "{wrong}");
    }
    assert_eq!(house.holding().await, before);

    let now = house.ask(ada.get(&path)).await.json()["user"]["version"].clone();
    let fields = [("username", "bo"), ("perm_poc_view", "on"), ("version", &*now.to_string())];
    let done = house.ask(ada.form(&edit, &fields)).await;
    assert_eq!(done.header("location"), "/dashboard/users?said=user_changed");
}
