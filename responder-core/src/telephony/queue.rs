//! What is heard from a provider about queues.

/// What a provider knows about a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueInfo {
    /// The provider's name of it.
    pub sid: String,
    /// Our name of it.
    pub name: String,
    /// How many callers wait in it.
    pub size: u32,
}

/// What came of deleting a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueDeletion {
    /// It has been deleted.
    Deleted,
    /// There was none of that name.
    NoSuchQueue,
}
