//! What strikes nodes, and their way to the store.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;

use super::{
    Scene,
    slots::{Blow, Status},
};
use crate::life::Life;

/// How a store that is away behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    Hangs(Duration),
    Refuses,
}

/// Whether a commit whose answer is lost was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    Written,
    NotWritten,
}

impl Scene {
    /// How the store behaves now, if it is away.
    pub(crate) fn absence(&self) -> Option<Absence> {
        let now = self.clock.now();
        let mut state = self.lock();
        let away = state.away.filter(|away| now < away.until)?;
        state.slots[away.slot].status = Status::Struck;
        Some(if away.hangs { Absence::Hangs(away.until.since(now)) } else { Absence::Refuses })
    }

    /// Whether the answer to this commit is lost.
    pub(crate) fn loses_answer(&self) -> Option<Lost> {
        let mut state = self.lock();
        let unknown = state.unknown.as_mut().filter(|unknown| unknown.times > 0)?;
        unknown.times -= 1;
        let (slot, written) = (unknown.slot, unknown.written);
        state.slots[slot].status = Status::Struck;
        Some(if written { Lost::Written } else { Lost::NotWritten })
    }

    /// A node wants something of the world, or has got it: the place where it may die or stand still.
    pub(crate) async fn cross(self: &Arc<Self>, life: &Arc<Life>) {
        if let Some(blow) = self.blow(life) {
            match blow.pause {
                None => {
                    life.kill();
                    self.hire();
                }
                Some(span) => {
                    life.pause();
                    let life = Arc::clone(life);
                    tokio::spawn(async move {
                        sleep(span).await;
                        life.resume();
                    });
                }
            }
        }
        life.lives().await;
    }

    fn blow(&self, life: &Life) -> Option<Blow> {
        let mut state = self.lock();
        let blow = state.blow.as_mut().filter(|_| !life.is_dead())?;
        blow.crossings -= 1;
        if blow.crossings > 0 {
            return None;
        }
        let blow = state.blow.take()?;
        state.slots[blow.slot].status = Status::Struck;
        let now = self.clock.now();
        state.blows.push(now);
        Some(blow)
    }
}
