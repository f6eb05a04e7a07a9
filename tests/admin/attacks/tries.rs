//! Passwords are tried out.

use responder::access::Rights;

use super::{log_in, with};
use crate::house::{House, PASSWORD, answer_to};

/// However a name is written, and from wherever: after five tries it is slow, for names that there are and for others.
#[tokio::test]
async fn no_way_of_writing_a_name_gives_more_tries() {
    for name in ["ada", "nobody"] {
        let house = House::with_branch().await;
        house.person("ada", Rights::Admin).await;
        let written =
            [name.to_owned(), name.to_uppercase(), format!(" {name}"), format!("{name}\t"), format!("\u{a0}{name} ")];
        let mut bodies = Vec::new();
        for (n, name) in (1..).zip(&written) {
            let answer = answer_to(&house.table, log_in(name, "another password"), [192, 0, 2, n].into()).await;
            assert_eq!(answer.status, 401, "{name:?}");
            bodies.push(answer.body);
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1, "all are answered alike");
        for name in &written {
            let answer = answer_to(&house.table, log_in(name, PASSWORD), [192, 0, 2, 99].into()).await;
            assert_eq!((answer.status, answer.header("retry-after")), (429, "1"), "{name:?}");
        }
    }
    // What is counted as another name is another name: it lets nobody in.
    let house = House::with_branch().await;
    house.person("ada", Rights::Admin).await;
    for name in ["ａｄａ", "ada\u{200b}", "a\u{301}da", "ada\u{0}", "ada,bo", "аda"] {
        assert!(
            matches!(answer_to(&house.table, log_in(name, PASSWORD), [192, 0, 2, 7].into()).await.status, 401 | 429),
            "{name:?}"
        );
    }
}

/// An address that is only claimed is nobody's: there is no trusted proxy here.
#[tokio::test]
async fn no_claimed_address_gives_more_tries() {
    let house = House::with_branch().await;
    house.person("ada", Rights::Admin).await;
    for n in 0..5 {
        let (name, address) = (format!("user{n}"), format!("198.51.100.{n}"));
        let request = with(
            log_in(&name, "another password"),
            [("x-forwarded-for", &address), ("forwarded", &format!("for={address}")), ("x-real-ip", &address)],
        );
        assert_eq!(answer_to(&house.table, request, [192, 0, 2, 1].into()).await.status, 401);
    }
    let last = with(log_in("user6", PASSWORD), [("x-forwarded-for", "198.51.100.77")]);
    assert_eq!(answer_to(&house.table, last, [192, 0, 2, 1].into()).await.status, 429);
}
