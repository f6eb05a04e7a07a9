//! Where an emergency stands, as its commits say, and what goes wrong because of it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use responder::{
    Timestamp,
    driver::Clock,
    emergency::{Emergency, EmergencyId},
    store::EmergencyStore,
};
use responder_sim::{DialIn, Sid, Simulator};
use tokio::time::sleep;

use crate::{
    cast,
    cells::{Cell, Moment},
    life::Life,
    plan::{Plan, Planned, Trouble},
    post::Post,
};

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

#[derive(Debug, Default)]
struct State {
    moment: Option<Moment>,
    /// Counts moments: what was meant for one is not for the next of the same name.
    entries: u64,
    emergencies: BTreeMap<EmergencyId, bool>,
    slots: Vec<Slot>,
    away: Option<Away>,
    unknown: Option<Unknown>,
    blow: Option<Blow>,
    /// Calls that their phone has ended.
    hung_up: Vec<Sid>,
    blows: Vec<Timestamp>,
}

#[derive(Debug)]
struct Slot {
    planned: Planned,
    status: Status,
    /// When phones were told to behave badly, and until when.
    windows: Vec<(Timestamp, Option<Timestamp>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Waiting,
    Armed,
    Struck,
}

#[derive(Clone, Copy, Debug)]
struct Away {
    slot: usize,
    until: Timestamp,
    hangs: bool,
}

#[derive(Clone, Copy, Debug)]
struct Unknown {
    slot: usize,
    times: u32,
    written: bool,
}

/// A node dies or stands still.
#[derive(Clone, Copy, Debug)]
struct Blow {
    slot: usize,
    crossings: u64,
    pause: Option<Duration>,
}

/// What a phone was told to do badly, and when.
#[derive(Clone, Debug)]
pub(crate) struct PhoneFault {
    pub(crate) cell: Cell,
    pub(crate) windows: Vec<(Timestamp, Option<Timestamp>)>,
}

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

/// How long a store is away.
const AWAY: Duration = Duration::from_secs(10);

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

    async fn act(self: &Arc<Self>, place: usize, entry: u64) {
        let trouble = {
            let state = self.lock();
            if state.entries != entry {
                return;
            }
            state.slots[place].planned.trouble.clone()
        };
        match trouble {
            Trouble::Wire(_) | Trouble::Phone(_) => {}
            Trouble::PassingText => {
                let text = self.network.text(cast::TECHNICIAN, cast::AUTOMATED, "9");
                self.strike(place, text.is_ok());
            }
            Trouble::HangUp { again } => self.hang_up(place, again).await,
            Trouble::Caller(from) => {
                let call = self.network.dial(DialIn::new(from, cast::BRANCH));
                self.strike(place, call.is_ok());
            }
            Trouble::Away { hangs } => {
                self.lock().away = Some(Away { slot: place, until: self.clock.now() + AWAY, hangs });
            }
            Trouble::Unknown { times, written } => {
                self.lock().unknown = Some(Unknown { slot: place, times, written });
            }
            Trouble::Kill { crossings } => {
                self.lock().blow = Some(Blow { slot: place, crossings, pause: None });
            }
            Trouble::Pause { crossings, span } => {
                self.lock().blow = Some(Blow { slot: place, crossings, pause: Some(span) });
            }
        }
    }

    async fn hang_up(self: &Arc<Self>, place: usize, again: Option<Duration>) {
        let trace = self.network.trace();
        let callers = [cast::CUSTOMER, cast::WITHHELD, cast::STRANGER];
        let is_on_line = |from: &str| callers.contains(&from);
        let on_line = trace.calls.iter().rfind(|call| is_on_line(&call.from) && call.ended.is_none());
        let is_closing = self.moment() == Some(Moment::Closing);
        let from = match on_line {
            Some(call) => {
                let is_done = self.hang_up_on(&call.sid);
                self.strike(place, is_done && (again.is_none() || !is_closing));
                call.from.clone()
            }
            // They have hung up by themselves, which is why it is closing.
            None if is_closing && !trace.calls.iter().any(|call| call.from == cast::CUSTOMER) => return,
            None if is_closing => cast::CUSTOMER.to_owned(),
            None => return,
        };
        if let Some(after) = again {
            sleep(if is_closing { after / 8 } else { after }).await;
            let is_in_time = !is_closing || self.moment() == Some(Moment::Closing);
            let call = self.network.dial(DialIn::new(from, cast::BRANCH));
            self.strike(place, is_closing && is_in_time && call.is_ok());
        }
    }

    fn strike(&self, place: usize, is_done: bool) {
        if is_done {
            self.lock().slots[place].status = Status::Struck;
        }
    }

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
