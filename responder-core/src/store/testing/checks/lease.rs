//! Number 14: leases.

use std::time::Duration;

use crate::{
    emergency::{CommandKind, Outcome},
    store::{
        Claimed, EmergencyStore, Lease, Ticket,
        testing::{
            Finding, Lab, Passed, Violation,
            case::{LEASE, claim, command, give, ids, load, north, open_quiet, settling, written},
            finding::{ensure, ensure_eq},
        },
    },
};

const SECOND: Duration = Duration::from_secs(1);

/// Held until the moment it runs out; then somebody else may have it, and the old ticket is worth nothing.
pub async fn c14_a_lease_lasts_and_runs_out(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let first = one_claimed(&*store).await?;
    lab.advance(LEASE - SECOND).await;
    ensure!(store.holds(&first.ticket).await?, "a lease ran out early");
    ensure_eq!(ids(&claim(&*store, north(), 10).await?), [], "what others can claim during a lease");
    lab.advance(SECOND).await;
    ensure!(!store.holds(&first.ticket).await?, "a lease that has run out is held");
    let second = claim(&*store, north(), 10).await?;
    ensure_eq!(ids(&second), [first.id()], "what others can claim after the lease");
    ensure!(store.holds(&second[0].ticket).await?, "the new lease is not held");
    ensure!(!store.holds(&first.ticket).await?, "the old ticket holds the new lease");
    ensure!(!store.put_back(&first.ticket, Duration::ZERO).await?, "the old ticket puts back what another has");
    let stranger = Ticket { claim: 77, ..first.ticket };
    ensure!(!store.holds(&stranger).await?, "a claim that never was is held");
    Ok(Passed::Checked)
}

/// Extended, it lasts its full time again; run out or settled, it can't be.
pub async fn c14_a_lease_can_be_extended(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let claimed = one_claimed(&*store).await?;
    let lease = Lease::for_deadline(LEASE / 2);
    for _ in 0..3 {
        lab.advance(LEASE - SECOND).await;
        ensure!(store.extend(&claimed.ticket, lease).await?, "a lease that is held can't be extended");
    }
    lab.advance(LEASE - SECOND).await;
    ensure!(store.holds(&claimed.ticket).await?, "an extended lease ran out early");
    lab.advance(SECOND).await;
    ensure!(!store.extend(&claimed.ticket, lease).await?, "a lease that has run out can be extended");
    let again = claim(&*store, north(), 10).await?;
    ensure!(again.len() == 1 && again[0].may_have_run, "after the lease others get {again:?}");
    let loaded = load(&*store, claimed.id().emergency).await?;
    written(&*store, &settling(&loaded, claimed.id(), Outcome::Done)).await?;
    ensure!(!store.holds(&again[0].ticket).await?, "a settled command is held");
    ensure!(!store.extend(&again[0].ticket, lease).await?, "the lease of a settled command is extended");
    ensure!(!store.put_back(&again[0].ticket, Duration::ZERO).await?, "a settled command is put back");
    Ok(Passed::Checked)
}

async fn one_claimed(store: &dyn EmergencyStore) -> Result<Claimed, Violation> {
    let id = open_quiet(store, north(), 1).await?.state.id();
    give(store, id, vec![command(id, 900, CommandKind::EndCall)]).await?;
    let claimed = claim(store, north(), 10).await?.pop();
    claimed.ok_or_else(|| Violation("a command that was given can't be claimed".to_owned()))
}
