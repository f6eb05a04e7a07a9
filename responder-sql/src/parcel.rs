//! Answers that hold claims.

use std::sync::Weak;

use responder_core::store::Ticket;

/// Gives claims back that reached nobody.
pub(crate) trait PutBack: Send + Sync {
    /// Puts them back, and waits for nothing.
    fn put_back(&self, tickets: Vec<Ticket>);
}

/// An answer on its way. If it reaches nobody, the claims in it are put back: nobody would carry them out until their
/// lease runs out, and then they would count as carried out, perhaps.
pub(crate) struct Parcel<T> {
    content: Option<T>,
    tickets: Vec<Ticket>,
    /// Weak, so that an answer keeps no store open.
    sender: Weak<dyn PutBack>,
}

impl<T> Parcel<T> {
    pub(crate) fn new(content: T, tickets: Vec<Ticket>, sender: Weak<dyn PutBack>) -> Self {
        Self { content: Some(content), tickets, sender }
    }

    pub(crate) fn take(mut self) -> T {
        self.tickets.clear();
        self.content.take().expect("BUG: a parcel is opened once")
    }
}

impl<T> Drop for Parcel<T> {
    fn drop(&mut self) {
        if !self.tickets.is_empty()
            && let Some(sender) = self.sender.upgrade()
        {
            sender.put_back(std::mem::take(&mut self.tickets));
        }
    }
}
