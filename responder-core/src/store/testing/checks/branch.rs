//! The contract of branch control.

use crate::store::{
    Availability,
    testing::{
        Crash, Finding, Lab, Passed,
        case::{north, south},
        finding::ensure_eq,
        people::{entry, subjects},
    },
};

/// A branch is enabled until it is set, and branches are set one by one.
pub async fn b01_a_branch_is_enabled_until_set(lab: &mut dyn Lab) -> Finding {
    let branches = lab.branches();
    ensure_eq!(branches.availability(&north()).await?, Availability::Enabled, "a branch that was never set");
    branches.set_availability(&north(), Availability::Disabled).await?;
    ensure_eq!(branches.availability(&north()).await?, Availability::Disabled, "the branch that was disabled");
    ensure_eq!(branches.availability(&south()).await?, Availability::Enabled, "its neighbour");
    Ok(Passed::Checked)
}

/// What was set last is read, also when it is set twice.
pub async fn b02_the_last_setting_counts(lab: &mut dyn Lab) -> Finding {
    let branches = lab.branches();
    for availability in [Availability::Disabled, Availability::Disabled, Availability::Enabled] {
        branches.set_availability(&north(), availability).await?;
        ensure_eq!(branches.availability(&north()).await?, availability, "what was just set");
    }
    Ok(Passed::Checked)
}

/// With the record there is the switch, and the other way round.
pub async fn b03_a_switch_comes_with_its_record(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    for (availability, subject) in [(Availability::Disabled, "off"), (Availability::Enabled, "on")] {
        store.switch_branch(&north(), availability, &entry(subject)).await?;
        ensure_eq!(store.availability(&north()).await?, availability, "what was just set");
    }
    store.switch_branch(&south(), Availability::Disabled, &entry("south")).await?;
    ensure_eq!(subjects(&*store).await?, ["south", "on", "off"], "what is recorded");
    drop(store);
    if let Crash::Unsupported(reason) = lab.crash().await {
        return Ok(Passed::Skipped(reason));
    }
    let store = lab.admin();
    ensure_eq!(store.availability(&south()).await?, Availability::Disabled, "the switch after a crash");
    ensure_eq!(subjects(&*store).await?, ["south", "on", "off"], "the record after a crash");
    Ok(Passed::Checked)
}
