//! The contract of settings.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    settings::Sealed,
    store::{
        BranchKey, Revision, Saved, SettingsChange, StoredSettings, StoredValue,
        testing::{
            Crash, Finding, Lab, Passed,
            case::{north, south, together},
            finding::{ensure, ensure_eq},
            people::{entry, subjects},
        },
    },
};

fn text(text: &str) -> Option<StoredValue> {
    Some(StoredValue::Plain(text.to_owned()))
}

fn change(branch: BranchKey, from: u64, values: &[(&str, Option<StoredValue>)], subject: &str) -> SettingsChange {
    let values: BTreeMap<_, _> = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    SettingsChange { branch, from: Revision::from_u64(from), values, audit: Some(entry(subject)) }
}

/// A branch that was never saved has no settings and revision 0.
pub async fn s01_nothing_is_set_at_first(lab: &mut dyn Lab) -> Finding {
    ensure_eq!(lab.admin().settings(&north()).await?, StoredSettings::default(), "settings that nobody saved");
    Ok(Passed::Checked)
}

/// A change is saved whole, with what is recorded of it.
pub async fn s02_a_change_is_saved_with_its_record(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let first = change(north(), 0, &[("a", text("1")), ("b", text("2"))], "first");
    ensure_eq!(store.save_settings(&first).await?, Saved::Done(Revision::from_u64(1)), "the first revision");
    let second = change(north(), 1, &[("a", None), ("c", text("3")), ("d", None)], "second");
    ensure_eq!(store.save_settings(&second).await?, Saved::Done(Revision::from_u64(2)), "the second revision");
    let stored = store.settings(&north()).await?;
    let names: Vec<_> = stored.values.keys().map(String::as_str).collect();
    ensure_eq!(names, ["b", "c"], "the names that are left");
    ensure_eq!(stored.revision, Revision::from_u64(2), "the revision");
    ensure_eq!(subjects(&*store).await?, ["second", "first"], "what is recorded");
    let silent = SettingsChange { audit: None, ..change(north(), 2, &[], "") };
    ensure_eq!(store.save_settings(&silent).await?, Saved::Done(Revision::from_u64(3)), "without a record");
    ensure_eq!(subjects(&*store).await?.len(), 2, "what is recorded then");
    Ok(Passed::Checked)
}

/// A change that was made from another revision writes nothing, neither values nor records.
pub async fn s03_a_change_from_another_revision_writes_nothing(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let now = Revision::from_u64(1);
    let early = change(north(), 1, &[("a", text("0"))], "early");
    ensure_eq!(store.save_settings(&early).await?, Saved::Changed(Revision::default()), "one that comes too early");
    store.save_settings(&change(north(), 0, &[("a", text("1"))], "first")).await?;
    let late = change(north(), 0, &[("a", text("2")), ("b", text("3"))], "late");
    ensure_eq!(store.save_settings(&late).await?, Saved::Changed(now), "one that comes too late");
    let stored = store.settings(&north()).await?;
    ensure!(stored.values == [("a".to_owned(), StoredValue::Plain("1".into()))].into(), "the settings were changed");
    ensure_eq!(stored.revision, now, "the revision");
    ensure_eq!(subjects(&*store).await?, ["first"], "what is recorded");
    Ok(Passed::Checked)
}

/// Of many at once one is saved.
pub async fn s03_one_of_many_racing_changes_is_saved(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let jobs = (0..8).map(|n| {
        let store = Arc::clone(&store);
        async move { store.save_settings(&change(north(), 0, &[("a", text(&n.to_string()))], "race")).await }
    });
    let saved = together(lab, jobs.collect()).await;
    let mut done = 0;
    for outcome in saved {
        done += u32::from(matches!(outcome?, Saved::Done(_)));
    }
    ensure_eq!(done, 1, "how many were saved");
    ensure_eq!(subjects(&*store).await?.len(), 1, "how many were recorded");
    Ok(Passed::Checked)
}

/// Branches do not mix.
pub async fn s04_settings_of_branches_do_not_mix(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    store.save_settings(&change(north(), 0, &[("a", text("1"))], "north")).await?;
    ensure_eq!(store.settings(&south()).await?, StoredSettings::default(), "the other branch");
    store.save_settings(&change(south(), 0, &[("a", text("2"))], "south")).await?;
    ensure!(store.settings(&north()).await?.values["a"] == StoredValue::Plain("1".into()), "a value went elsewhere");
    Ok(Passed::Checked)
}

/// What is read is what was written, also after a crash.
pub async fn s05_settings_are_read_as_they_were_written(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let sealed = Sealed { key: "0a1b2c3d".into(), nonce: "bm9uY2U=".into(), text: "dGV4dA==".into() };
    let odd = "a \"quote\", a \\, a\nline, 'ticks', Zoë 🚒, [{\"name\":\"Ada\"}]";
    let values = [("a", text(odd)), ("b", text("")), ("c", Some(StoredValue::Sealed(sealed)))];
    store.save_settings(&change(north(), 0, &values, "values")).await?;
    let expected = store.settings(&north()).await?;
    for (name, value) in values {
        ensure!(expected.values.get(name) == value.as_ref(), "{name} is not what was written");
    }
    drop(store);
    if let Crash::Unsupported(reason) = lab.crash().await {
        return Ok(Passed::Skipped(reason));
    }
    ensure_eq!(lab.admin().settings(&north()).await?, expected, "the settings after a crash");
    ensure_eq!(subjects(&*lab.admin()).await?, ["values"], "what is recorded, after a crash");
    Ok(Passed::Checked)
}
