//! The contract of sessions.

use std::time::Duration;

use crate::{
    access::Rights,
    store::{
        NewSession, UserChange,
        testing::{
            Finding, Lab, Passed,
            finding::{ensure, ensure_eq},
            people::{HOUR, add, change, done, entry, hash, session, subjects, viewer},
        },
    },
};

/// A session is found until its life is over.
pub async fn n01_a_session_lasts_and_runs_out(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let ada = add(&*store, "ada", Rights::Admin).await?;
    ensure_eq!(store.session(hash(1)).await?, None, "a session that nobody began");
    ensure!(store.begin_session(&session(1, &ada), &entry("login")).await?, "ada can't log in");
    lab.advance(HOUR - Duration::from_secs(1)).await;
    let found = store.session(hash(1)).await?;
    ensure_eq!(found.map(|session| session.user), Some(ada.clone()), "a session that goes on");
    // Others that begin meanwhile do not disturb it.
    store.begin_session(&session(2, &ada), &entry("login")).await?;
    ensure!(store.session(hash(1)).await?.is_some(), "a session ended before its time");
    lab.advance(Duration::from_secs(1)).await;
    ensure_eq!(store.session(hash(1)).await?, None, "a session whose life is over");
    ensure!(store.session(hash(2)).await?.is_some(), "a session ended before its time");
    Ok(Passed::Checked)
}

/// It comes with its user as they are now, and begins only for a user of that version.
pub async fn n02_a_session_comes_with_its_user_as_they_are(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    add(&*store, "ada", Rights::Admin).await?;
    let bo = add(&*store, "bo", viewer()).await?;
    let changed = done(store.change_user(&UserChange { rights: Rights::Admin, ..change(&bo) }, &entry("bo")).await?)?;
    ensure!(!store.begin_session(&session(1, &bo), &entry("late")).await?, "the old password still counts");
    ensure_eq!(store.session(hash(1)).await?, None, "a session that was refused");
    ensure!(store.begin_session(&session(2, &changed), &entry("login")).await?, "the changed user can't log in");
    let found = store.session(hash(2)).await?;
    ensure_eq!(found.map(|session| session.user), Some(changed), "the user of a session");
    Ok(Passed::Checked)
}

/// A session that replaces another one ends that.
pub async fn n03_a_session_ends_the_one_it_replaces(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let ada = add(&*store, "ada", Rights::Admin).await?;
    for n in [1, 2] {
        store.begin_session(&session(n, &ada), &entry("login")).await?;
    }
    let next = NewSession { replaces: Some(hash(1)), ..session(3, &ada) };
    store.begin_session(&next, &entry("again")).await?;
    ensure_eq!(store.session(hash(1)).await?, None, "the session that was replaced");
    ensure!(store.session(hash(2)).await?.is_some() && store.session(hash(3)).await?.is_some(), "another one ended");
    Ok(Passed::Checked)
}

/// A session that has ended is never found again.
pub async fn n04_a_session_that_ended_is_gone(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let ada = add(&*store, "ada", Rights::Admin).await?;
    for n in [1, 2] {
        store.begin_session(&session(n, &ada), &entry("login")).await?;
    }
    ensure!(store.end_session(hash(1), &entry("logout")).await?, "it was not there to be ended");
    ensure!(!store.end_session(hash(1), &entry("logout")).await?, "it was ended twice");
    ensure_eq!(store.session(hash(1)).await?, None, "a session that was ended");
    ensure!(store.session(hash(2)).await?.is_some(), "another one ended");
    Ok(Passed::Checked)
}

/// What began and ended is recorded; what did not is not.
pub async fn n05_begin_and_end_are_recorded(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let ada = add(&*store, "ada", Rights::Admin).await?;
    store.begin_session(&session(1, &ada), &entry("login")).await?;
    let outdated = NewSession { version: ada.version.next(), ..session(2, &ada) };
    store.begin_session(&outdated, &entry("refused")).await?;
    store.end_session(hash(1), &entry("logout")).await?;
    store.end_session(hash(1), &entry("twice")).await?;
    ensure_eq!(subjects(&*store).await?, ["logout", "login", "ada"], "what is recorded");
    Ok(Passed::Checked)
}
