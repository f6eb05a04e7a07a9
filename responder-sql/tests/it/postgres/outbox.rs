//! Records that become visible in another order than that of their numbers.

use std::time::Duration;

use responder_core::{
    access::{Actor, AuditAction, AuditEntry, AuditId},
    store::{AuditClaim, AuditLog, AuditOutbox, AuditRequest, Lease, TargetName},
};
use responder_sql::PostgresStore;
use sqlx::Executor;

use super::server::Place;

/// Somebody has drawn a number, and has not committed.
const RECORDING: &str = r#"SELECT record_audit_1(NULL, '{"actor":{"name":"server"},"action":"logout"}')"#;

#[tokio::test]
async fn nothing_is_handed_out_behind_a_number_that_may_yet_appear() {
    for (end, appears) in [("COMMIT", true), ("ROLLBACK", false)] {
        let place = Place::new();
        let store = place.open().await;
        store.follow_audit(&reader()).await.unwrap();
        let first = record(&store).await;
        let mut late = place.lock(RECORDING).await;
        let third = record(&store).await;

        let claim = claim(&store).await.expect("what is before the gap");
        assert_eq!(ids(&claim), [first]);
        assert!(store.release_audit(&claim.ticket, Some(first), Duration::ZERO).await.unwrap());
        assert_eq!(self::claim(&store).await, None, "what is behind the gap");
        // Nobody who records waits for that.
        let fourth = record(&store).await;

        late.execute(end).await.unwrap();
        let claim = self::claim(&store).await.expect("the rest");
        let second = AuditId::from_u64(first.as_u64() + 1);
        let expected: Vec<_> = [second, third, fourth].into_iter().filter(|id| appears || *id != second).collect();
        assert_eq!(ids(&claim), expected, "after {end}");
    }
}

/// A change of the tables of somebody else, or a long look at the audit, is no reason to wait.
#[tokio::test]
async fn only_those_who_record_are_waited_for() {
    let (place, other) = (Place::new(), Place::new());
    let (store, _neighbour) = (place.open().await, other.open().await);
    store.follow_audit(&reader()).await.unwrap();
    let mut lost = place.lock(RECORDING).await;
    lost.execute("ROLLBACK").await.unwrap();
    let _recording_elsewhere = other.lock(RECORDING).await;
    let _reading = place.lock("SELECT count(*) FROM audit").await;
    let id = record(&store).await;
    assert_eq!(claim(&store).await.map(|claim| ids(&claim)), Some(vec![id]));
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_holds_up_nobody() {
    let place = Place::new();
    let store = place.open().await;
    store.follow_audit(&reader()).await.unwrap();
    place.execute("INSERT INTO audit (at, entry) VALUES (7, 'no JSON')").await;
    record(&store).await;
    let claim = claim(&store).await.expect("both");
    let actions: Vec<_> = claim.entries.iter().map(|recorded| recorded.entry.action).collect();
    assert_eq!(actions, [AuditAction::Unknown, AuditAction::Login]);
}

async fn record(store: &PostgresStore) -> AuditId {
    store.record_audit(&AuditEntry::new(Actor::server(), AuditAction::Login)).await.unwrap()
}

async fn claim(store: &PostgresStore) -> Option<AuditClaim> {
    let lease = Lease::for_deadline(Duration::from_secs(30));
    let request = AuditRequest { reader: reader(), worker: "worker-1".parse().unwrap(), max: 9, lease };
    store.claim_audit(&request).await.unwrap()
}

fn ids(claim: &AuditClaim) -> Vec<AuditId> {
    claim.entries.iter().map(|recorded| recorded.id).collect()
}

fn reader() -> TargetName {
    "reader".parse().unwrap()
}
