//! The contract of users.

use std::sync::Arc;

use crate::{
    access::{PasswordHash, Permission, Rights, UserId},
    store::{
        Adding, UserChange, UserOutcome,
        testing::{
            Crash, Finding, Lab, Passed,
            case::{north, south, together},
            finding::{ensure, ensure_eq},
            people::{add, change, done, entry, hash, newcomer, session, subjects, viewer},
        },
    },
};

/// No two users have the same name; a user is found by number and by name.
pub async fn u01_names_are_unique(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let ada = add(&*store, "ada", Rights::Admin).await?;
    let bo = add(&*store, "bo", viewer()).await?;
    let again = store.add_user(&newcomer("ada", viewer())?, Adding::Any, &entry("again")).await?;
    ensure_eq!(again, UserOutcome::NameTaken, "a second ada");
    let renamed = UserChange { name: ada.name.clone(), ..change(&bo) };
    ensure_eq!(store.change_user(&renamed, &entry("rename")).await?, UserOutcome::NameTaken, "a rename to ada");
    ensure_eq!(store.user_named(&ada.name).await?, Some(ada.clone()), "ada by name");
    ensure_eq!(store.user(bo.id).await?, Some(bo.clone()), "bo by number");
    ensure_eq!(store.users().await?, [ada, bo], "all of them");
    ensure_eq!(store.user(UserId::from_u64(4711)).await?, None, "a number that nobody has");
    Ok(Passed::Checked)
}

/// The same when they come at once.
pub async fn u01_racing_users_of_a_name_become_one(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let jobs = (0..8).map(|_| {
        let store = Arc::clone(&store);
        async move { add(&*store, "ada", viewer()).await.is_ok() }
    });
    let added = together(lab, jobs.collect()).await.into_iter().filter(|added| *added).count();
    ensure_eq!((added, store.users().await?.len(), subjects(&*store).await?.len()), (1, 1, 1), "users, records");
    Ok(Passed::Checked)
}

/// Only one is the first, however many try.
pub async fn u02_only_one_user_is_the_first(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let jobs = (0..8).map(|n| {
        let store = Arc::clone(&store);
        async move {
            let user = newcomer(&format!("admin{n}"), Rights::Admin)?;
            Ok::<_, crate::store::testing::Violation>(store.add_user(&user, Adding::First, &entry("first")).await?)
        }
    });
    let mut done = 0;
    for outcome in together(lab, jobs.collect()).await {
        match outcome? {
            UserOutcome::Done(_) => done += 1,
            other => ensure_eq!(other, UserOutcome::NotFirst, "who comes second"),
        }
    }
    ensure_eq!((done, store.users().await?.len()), (1, 1), "the first user");
    Ok(Passed::Checked)
}

/// A change from another version writes nothing.
pub async fn u03_a_change_from_another_version_writes_nothing(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    add(&*store, "ada", Rights::Admin).await?;
    let bo = add(&*store, "bo", viewer()).await?;
    let jobs = (0..6).map(|_| {
        let (store, change) = (Arc::clone(&store), UserChange { rights: Rights::Admin, ..change(&bo) });
        async move { store.change_user(&change, &entry("race")).await }
    });
    let mut done = 0;
    for outcome in together(lab, jobs.collect()).await {
        match outcome? {
            UserOutcome::Done(user) => {
                done += 1;
                ensure_eq!(user.version, bo.version.next(), "the version of a changed user");
            }
            other => ensure_eq!(other, UserOutcome::Changed, "a change that comes too late"),
        }
    }
    ensure_eq!(done, 1, "how many were written");
    let records = subjects(&*store).await?;
    ensure_eq!(records.iter().filter(|subject| *subject == "race").count(), 1, "how many were recorded");
    let nobody = UserChange { id: UserId::from_u64(4711), ..change(&bo) };
    ensure_eq!(store.change_user(&nobody, &entry("nobody")).await?, UserOutcome::NotFound, "a change of nobody");
    Ok(Passed::Checked)
}

/// What would leave no admin is refused.
pub async fn u04_there_is_always_an_admin(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let ada = add(&*store, "ada", Rights::Admin).await?;
    let bo = add(&*store, "bo", viewer()).await?;
    let demoted = UserChange { rights: viewer(), ..change(&ada) };
    ensure_eq!(store.change_user(&demoted, &entry("x")).await?, UserOutcome::LastAdmin, "the last admin's demotion");
    ensure_eq!(store.remove_user(ada.id, &entry("x")).await?, UserOutcome::LastAdmin, "the last admin's removal");
    ensure_eq!(store.user(ada.id).await?, Some(ada.clone()), "the last admin");
    let bo = done(store.change_user(&UserChange { rights: Rights::Admin, ..change(&bo) }, &entry("bo")).await?)?;
    done(store.change_user(&demoted, &entry("ada")).await?)?;
    ensure_eq!(store.remove_user(bo.id, &entry("x")).await?, UserOutcome::LastAdmin, "the new last admin's removal");
    done(store.remove_user(ada.id, &entry("ada")).await?)?;
    Ok(Passed::Checked)
}

/// Also when each of several takes leave of another one.
pub async fn u04_racing_admins_do_not_all_go(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let mut admins = Vec::new();
    for n in 0..6 {
        admins.push(add(&*store, &format!("admin{n}"), Rights::Admin).await?);
    }
    let jobs = admins.iter().enumerate().map(|(n, admin)| {
        let (store, admin) = (Arc::clone(&store), admin.clone());
        async move {
            let demoted = UserChange { rights: viewer(), ..change(&admin) };
            match n % 2 {
                0 => store.remove_user(admin.id, &entry("gone")).await,
                _ => store.change_user(&demoted, &entry("demoted")).await,
            }
        }
    });
    let outcomes = together(lab, jobs.collect()).await;
    let mut refused = 0;
    for outcome in outcomes {
        refused += u32::from(outcome? == UserOutcome::LastAdmin);
    }
    let left = store.users().await?.into_iter().filter(|user| user.rights.are_admins()).count();
    ensure_eq!((left, refused), (1, 1), "admins that are left, refusals");
    Ok(Passed::Checked)
}

/// A change and a removal end all sessions of the user, and no others.
pub async fn u05_a_change_ends_all_sessions(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let ada = add(&*store, "ada", Rights::Admin).await?;
    let mut bo = add(&*store, "bo", viewer()).await?;
    store.begin_session(&session(1, &ada), &entry("login")).await?;
    for n in [2, 3] {
        store.begin_session(&session(n, &bo), &entry("login")).await?;
    }
    bo = done(store.change_user(&change(&bo), &entry("bo")).await?)?;
    for n in [2, 3] {
        ensure_eq!(store.session(hash(n)).await?, None, "a session of a changed user");
    }
    store.begin_session(&session(4, &bo), &entry("login")).await?;
    done(store.remove_user(bo.id, &entry("bo")).await?)?;
    ensure_eq!(store.session(hash(4)).await?, None, "a session of a user who is gone");
    ensure!(!store.begin_session(&session(5, &bo), &entry("login")).await?, "somebody who is gone logs in");
    ensure!(store.session(hash(1)).await?.is_some(), "the session of another user ended");
    Ok(Passed::Checked)
}

/// What was done is recorded, and nothing else.
pub async fn u06_what_is_refused_is_not_recorded(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let ada = add(&*store, "ada", Rights::Admin).await?;
    let bo = add(&*store, "bo", viewer()).await?;
    store.add_user(&newcomer("bo", viewer())?, Adding::Any, &entry("taken")).await?;
    store.add_user(&newcomer("cy", viewer())?, Adding::First, &entry("second")).await?;
    store.remove_user(ada.id, &entry("last")).await?;
    let bo = done(store.change_user(&change(&bo), &entry("changed")).await?)?;
    store.change_user(&UserChange { from: ada.version, ..change(&bo) }, &entry("late")).await?;
    done(store.remove_user(bo.id, &entry("removed")).await?)?;
    store.remove_user(bo.id, &entry("twice")).await?;
    ensure_eq!(subjects(&*store).await?, ["removed", "changed", "bo", "ada"], "what is recorded");
    Ok(Passed::Checked)
}

/// A number is never given twice.
pub async fn u07_numbers_are_never_given_twice(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    add(&*store, "ada", Rights::Admin).await?;
    let bo = add(&*store, "bo", viewer()).await?;
    done(store.remove_user(bo.id, &entry("bo")).await?)?;
    let next = add(&*store, "bo", viewer()).await?;
    ensure!(next.id > bo.id, "{} was given again as {}", bo.id, next.id);
    Ok(Passed::Checked)
}

/// What is read is what was written, also after a crash.
pub async fn u08_users_are_read_as_they_were_written(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let ada = add(&*store, "ada", Rights::Admin).await?;
    let rights = Rights::of([
        (north(), [Permission::View, Permission::Restart].into()),
        (south(), [Permission::EditAdvanced].into()),
    ]);
    let bo = add(&*store, "bo@example.com", rights.clone()).await?;
    ensure_eq!(bo.rights, rights, "what was just written");
    let password = Some(PasswordHash::from_stored("$another$hash"));
    let bo = done(store.change_user(&UserChange { password: password.clone(), ..change(&bo) }, &entry("bo")).await?)?;
    ensure_eq!(Some(bo.password.clone()), password, "the new password");
    let bo = done(store.change_user(&change(&bo), &entry("bo")).await?)?;
    ensure_eq!(Some(bo.password.clone()), password, "the password that was kept");
    let all = vec![ada, bo];
    ensure_eq!(store.users().await?, all, "all users");
    drop(store);
    if let Crash::Unsupported(reason) = lab.crash().await {
        return Ok(Passed::Skipped(reason));
    }
    ensure_eq!(lab.admin().users().await?, all, "all users after a crash");
    Ok(Passed::Checked)
}
