//! Pages.

use responder::access::{Permission, Rights};

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
