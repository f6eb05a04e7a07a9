//! What an implementation brings to its test.

use std::{fmt::Debug, future::Future, pin::Pin, sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::{
    emergency::{CommandId, EmergencyId},
    store::{AdminStore, BranchControl, DeliveryStore, EmergencyStore, codec::Formats},
};

/// A task that runs beside others.
pub type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A fresh, empty store, and the means to put it under stress. Dropping it cleans up.
#[async_trait]
pub trait Lab: Debug + Send + Sync + 'static {
    /// The store.
    fn store(&self) -> Arc<dyn EmergencyStore>;

    /// The same emergencies, as a build with other formats reads and writes them.
    fn store_as_of(&self, formats: Formats) -> Arc<dyn EmergencyStore>;

    /// The control of the same store's branches.
    fn branches(&self) -> Arc<dyn BranchControl>;

    /// The deliveries of the same store's events.
    fn deliveries(&self) -> Arc<dyn DeliveryStore>;

    /// What the same store keeps for an admin server: settings, users, sessions, and what was done.
    fn admin(&self) -> Arc<dyn AdminStore>;

    /// Moves the store's clock on. Between two calls it stands, or runs as slowly as a real one.
    async fn advance(&self, span: Duration);

    /// Ends the store without warning and opens what it left behind; [`store`](Self::store) is the new one then.
    async fn crash(&mut self) -> Crash;

    /// Makes something unreadable.
    async fn spoil(&self, what: Spoil);

    /// Runs all jobs in parallel, on several threads, until all have ended.
    async fn run_all(&self, jobs: Vec<Job>);
}

/// What came of a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Crash {
    /// It is open again.
    Reopened,
    /// This store can't outlive a crash, and says why. The checks that need it are skipped, and say so.
    Unsupported(&'static str),
}

/// What is to be made unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spoil {
    /// The state of an emergency.
    State(EmergencyId),
    /// A command.
    Command(CommandId),
}
