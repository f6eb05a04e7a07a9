//! Where an emergency stands, as its commits say, and what goes wrong because of it.

mod acts;
mod blows;
mod slots;

use std::sync::{
    Arc, Mutex, MutexGuard, OnceLock, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use responder::{Timestamp, driver::Clock, emergency::Emergency, store::EmergencyStore};
use responder_sim::{Sid, Simulator};
use tokio::time::sleep;

use self::slots::{Slot, State, Status};
use crate::{
    cast,
    cells::{Cell, Moment},
    plan::{Plan, Trouble},
    post::Post,
};

pub(crate) use blows::{Absence, Lost};

/// Starts another node.
struct Hire(Box<dyn Fn() + Send + Sync>);

/// What all nodes, phones and faults of one world share.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) network: Arc<Simulator>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) plan: Plan,
    pub(crate) store: Arc<dyn EmergencyStore>,
    pub(crate) post: Arc<Post>,
    hire: OnceLock<Hire>,
    state: Mutex<State>,
    /// People who still have something in mind.
    busy: AtomicUsize,
}

/// What a phone was told to do badly, and when.
#[derive(Clone, Debug)]
pub(crate) struct PhoneFault {
    pub(crate) cell: Cell,
    pub(crate) windows: Vec<(Timestamp, Option<Timestamp>)>,
}

impl Scene {
    pub(crate) fn new(
        network: Arc<Simulator>,
        clock: Arc<dyn Clock>,
        store: Arc<dyn EmergencyStore>,
        post: Arc<Post>,
        plan: Plan,
    ) -> Self {
        let slots = plan.faults.iter().cloned();
        let slots = slots.map(|planned| Slot { planned, status: Status::Waiting, windows: Vec::new() }).collect();
        let state = Mutex::new(State { slots, ..State::default() });
        Self { network, clock, plan, store, post, hire: OnceLock::new(), state, busy: AtomicUsize::new(0) }
    }

    /// How nodes are started, said once.
    pub(crate) fn hire_by(&self, hire: impl Fn() + Send + Sync + 'static) {
        let is_first = self.hire.set(Hire(Box::new(hire))).is_ok();
        assert!(is_first, "BUG: it is said once");
    }

    /// Starts another node in place of those that are dead.
    pub(crate) fn hire(&self) {
        if let Some(Hire(hire)) = self.hire.get() {
            hire();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn moment(&self) -> Option<Moment> {
        self.lock().moment
    }

    /// Whether there was an emergency, and every one is over.
    pub(crate) fn is_over(&self) -> bool {
        let state = self.lock();
        !state.emergencies.is_empty() && state.emergencies.values().all(|is_over| *is_over)
    }

    /// Cells of the faults that have struck, but for those of phones, which the record tells.
    pub(crate) fn struck(self: &Arc<Self>) -> Vec<Cell> {
        self.enter(None);
        let state = self.lock();
        state.slots.iter().filter(|slot| slot.status == Status::Struck).map(|slot| slot.planned.cell).collect()
    }

    pub(crate) fn phone_faults(&self) -> Vec<PhoneFault> {
        let state = self.lock();
        let faults = state.slots.iter().filter_map(|slot| match &slot.planned.trouble {
            Trouble::Phone(_) => Some(PhoneFault { cell: slot.planned.cell, windows: slot.windows.clone() }),
            _ => None,
        });
        faults.collect()
    }

    /// The phone of a call hangs up.
    pub(crate) fn hang_up_on(&self, call: &Sid) -> bool {
        self.lock().hung_up.push(call.clone());
        self.network.hang_up(call).is_ok()
    }

    pub(crate) fn has_hung_up(&self, call: &Sid) -> bool {
        self.lock().hung_up.contains(call)
    }

    pub(crate) fn hung_up(&self) -> Vec<Sid> {
        self.lock().hung_up.clone()
    }

    /// When nodes died or stood still.
    pub(crate) fn blows(&self) -> Vec<Timestamp> {
        self.lock().blows.clone()
    }

    /// Somebody has something in mind until the guard goes.
    pub(crate) fn busy(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::SeqCst);
        Busy(Arc::clone(self))
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.busy.load(Ordering::SeqCst) == 0
    }

    /// Something of an emergency was stored.
    pub(crate) fn committed(self: &Arc<Self>, emergency: &Emergency) {
        let mut state = self.lock();
        state.emergencies.insert(emergency.id(), emergency.is_concluded());
        let is_newest = state.emergencies.last_key_value().is_some_and(|(newest, _)| *newest == emergency.id());
        let moment = Moment::of(emergency);
        let is_new = is_newest && state.moment != moment;
        drop(state);
        if is_new {
            self.enter(moment);
        }
    }

    /// Another moment: what was meant for the last one is called off, what is meant for this one begins.
    fn enter(self: &Arc<Self>, moment: Option<Moment>) {
        let now = self.clock.now();
        let in_force = self.network.faults();
        let mut state = self.lock();
        state.moment = moment;
        state.entries += 1;
        let entry = state.entries;
        state.unknown = None;
        state.blow = None;
        for slot in state.slots.iter_mut().filter(|slot| slot.status == Status::Armed) {
            slot.status = Status::Waiting;
            match &slot.planned.trouble {
                Trouble::Wire(fault) if !in_force.contains(fault) => slot.status = Status::Struck,
                Trouble::Phone(_) => {
                    if let Some(window) = slot.windows.last_mut() {
                        window.1 = Some(now);
                    }
                    self.phones_as_planned();
                }
                _ => {}
            }
        }
        self.network.clear_faults();
        for place in 0..state.slots.len() {
            let slot = &mut state.slots[place];
            if slot.status == Status::Waiting && Some(slot.planned.cell.1) == moment {
                slot.status = Status::Armed;
                self.begin(place, entry, slot, now);
            }
        }
    }

    fn begin(self: &Arc<Self>, place: usize, entry: u64, slot: &mut Slot, now: Timestamp) {
        match &slot.planned.trouble {
            Trouble::Wire(fault) => self.network.add_fault(fault.clone()),
            Trouble::Phone(script) => {
                slot.windows.push((now, None));
                for (number, usual) in &self.plan.phones {
                    if cast::TECHNICIANS.contains(number) {
                        let usual = usual.last().cloned().unwrap_or_default();
                        self.network.set_phone_calls(number, [script.clone(), usual]);
                    }
                }
            }
            _ => {
                let (scene, delay) = (Arc::clone(self), slot.planned.delay);
                let busy = self.busy();
                tokio::spawn(async move {
                    sleep(delay).await;
                    scene.act(place, entry).await;
                    drop(busy);
                });
            }
        }
    }

    fn phones_as_planned(&self) {
        for (number, usual) in &self.plan.phones {
            if cast::TECHNICIANS.contains(number) {
                self.network.set_phone_calls(number, usual.last().cloned());
            }
        }
    }

    fn strike(&self, place: usize, is_done: bool) {
        if is_done {
            self.lock().slots[place].status = Status::Struck;
        }
    }
}

#[derive(Debug)]
pub(crate) struct Busy(Arc<Scene>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::SeqCst);
    }
}

impl std::fmt::Debug for Hire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hire")
    }
}
