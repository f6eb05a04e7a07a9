//! What a seed stands for: who takes part, how they behave, and what goes wrong when.

use std::{collections::BTreeMap, time::Duration};

use responder::emergency::{Confirmation, Policy, Timing, Transfer};
use responder_sim::{Behaviour, Fault, HookKind, Message, RestEffect, RestFault, WebhookEffect, WebhookFault};

use crate::{
    cast::{self, BOSS, CUSTOMER, GENERAL_LINE, OFFICE, SECOND, THIRD},
    cells::{Cell, Kind, Moment, possible},
    dice::Dice,
};

/// One emergency.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) policy: Policy,
    /// How many nodes serve at the beginning.
    pub(crate) nodes: usize,
    pub(crate) recording_notice: Option<String>,
    pub(crate) customer: Customer,
    /// What phones do, call by call; the last script stays.
    pub(crate) phones: Vec<(&'static str, Vec<Behaviour>)>,
    /// When the technician accepts by text, if they do.
    pub(crate) texts_after: Option<Duration>,
    pub(crate) faults: Vec<Planned>,
}

/// When the customer calls for the first time, and how often they try again when they were cut off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Customer {
    pub(crate) calls: Calls,
    pub(crate) redials: u8,
    /// Hangs up so long after the first call has begun, and lets it be.
    pub(crate) gives_up_after: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Calls {
    After(Duration),
    OnceAccepted(Duration),
    Never,
}

/// Something that goes wrong as soon as its moment has come, and some time more.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) cell: Cell,
    pub(crate) delay: Duration,
    pub(crate) trouble: Trouble,
}

/// What exactly goes wrong.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// Between the network and us.
    Wire(Fault),
    /// The next call to each technician goes like this.
    Phone(Behaviour),
    /// A technician texts that they pass.
    PassingText,
    /// The customer hangs up, and perhaps calls again.
    HangUp { again: Option<Duration> },
    /// Somebody calls.
    Caller(&'static str),
    /// The store does not answer for ten seconds, or refuses for as long.
    Away { hangs: bool },
    /// The next commits are answered with "unknown", written or not.
    Unknown { times: u32, written: bool },
    /// A node dies the next so manieth time that it wants something of the world.
    Kill { crossings: u64 },
    /// A node stands still then.
    Pause { crossings: u64, span: Duration },
}

/// Faults that each emergency is threatened with; some find no occasion.
const THREATS: usize = 7;

impl Plan {
    /// The cell that a seed is for goes round; everything else is drawn.
    pub(crate) fn of(seed: u64) -> Self {
        let cells = possible();
        let count = u64::try_from(cells.len()).expect("BUG: few");
        let target = cells[usize::try_from(seed % count).expect("BUG: few")];
        let mut dice = Dice::new(seed, 1);
        let mut plan = Self::for_cell(target, &mut dice);
        plan.faults.push(Planned::draw(target, &mut dice));
        while plan.faults.len() < THREATS {
            let cell = dice.pick(&cells);
            if plan.faults.iter().all(|planned| planned.cell.0 != cell.0) {
                plan.faults.push(Planned::draw(cell, &mut dice));
            }
        }
        plan.spare_documents();
        if plan.faults.iter().any(|planned| matches!(planned.trouble, Trouble::Pause { .. })) {
            // One that stands still can't answer; what is promised then needs another one.
            plan.nodes = 2;
        }
        plan
    }

    /// Somebody whose documents all fail hears nothing, and no application can help: one fault on them is enough.
    fn spare_documents(&mut self) {
        let mut has_one = false;
        for planned in &mut self.faults {
            let Trouble::Wire(Fault::Webhook(fault)) = &mut planned.trouble else { continue };
            let fails = matches!(fault.effect, WebhookEffect::Lose | WebhookEffect::WrongSignature);
            if fails && fault.kind == Some(HookKind::Voice) && std::mem::replace(&mut has_one, true) {
                fault.kind = Some(HookKind::CallStatus);
            }
        }
    }

    /// The longest time that the emergency may take, by what the library says.
    pub(crate) fn longest(&self) -> Duration {
        self.policy.worst_case(u32::try_from(1 + self.policy.escalation.len()).unwrap_or(u32::MAX))
    }

    fn for_cell((kind, moment): Cell, dice: &mut Dice) -> Self {
        let asks_provider = kind.is_of_rest();
        let mut plan = Self::usual(dice);
        match moment {
            Moment::Seeking => {
                plan.customer.calls =
                    dice.pick(&[Calls::After(Duration::from_secs(70)), Calls::OnceAccepted(Duration::from_secs(20))]);
            }
            Moment::Holding if kind.is_of_technicians() => {
                plan.customer.calls = Calls::After(dice.seconds(1..=8));
                plan.technicians(|dice| vec![Behaviour::no_answer(), willing(dice.seconds(4..=22))], dice);
            }
            Moment::Holding => {
                plan.customer.calls = Calls::After(dice.seconds(1..=8));
                plan.technicians(|dice| vec![willing(dice.seconds(12..=22))], dice);
            }
            Moment::Accepted if asks_provider || kind == Kind::CallbackOvertaken => {
                // Whoever accepts then is asked by text to call them.
                plan.customer = Customer {
                    calls: Calls::After(dice.seconds(1..=5)),
                    redials: 0,
                    gives_up_after: Some(dice.seconds(4..=8)),
                };
                plan.technicians(|dice| vec![willing(dice.seconds(12..=20))], dice);
            }
            Moment::Accepted => {
                plan.customer.calls = Calls::OnceAccepted(dice.seconds(40..=200));
                plan.technicians(|dice| vec![willing(dice.seconds(2..=6))], dice);
            }
            Moment::Bridging => {
                plan.customer.calls = Calls::OnceAccepted(dice.seconds(40..=100));
                let leaves = |dice: &mut Dice| willing(dice.seconds(2..=6)).hanging_up_after(dice.seconds(8..=20));
                plan.technicians(|dice| vec![leaves(dice), willing(dice.seconds(4..=15))], dice);
            }
            Moment::Talking => {
                plan.customer.calls = Calls::After(dice.seconds(5..=30));
                let length = if asks_provider { dice.seconds(950..=1300) } else { dice.seconds(20..=120) };
                plan.customers(length, dice.percent(50));
                plan.technicians(|dice| vec![willing(dice.seconds(2..=12))], dice);
            }
            Moment::Closing if asks_provider || kind == Kind::Passes => {
                plan.customer.calls = dice.pick(&[Calls::Never, Calls::After(Duration::from_secs(15))]);
                plan.technicians(|_| vec![Behaviour::no_answer()], dice);
            }
            Moment::Closing => {}
        }
        plan
    }

    fn usual(dice: &mut Dice) -> Self {
        let mut plan = Self {
            policy: policy(dice),
            nodes: if dice.percent(40) { 2 } else { 1 },
            recording_notice: dice.percent(15).then(|| "This call is recorded.".to_owned()),
            customer: Customer {
                calls: match dice.among(0..=9) {
                    0 => Calls::Never,
                    1..=4 => Calls::OnceAccepted(dice.seconds(5..=150)),
                    _ => Calls::After(dice.seconds(2..=60)),
                },
                redials: u8::try_from(dice.among(0..=3)).expect("BUG: few"),
                gives_up_after: None,
            },
            phones: Vec::new(),
            texts_after: dice.percent(10).then(|| dice.seconds(3..=40)),
            faults: Vec::new(),
        };
        plan.policy.recording = plan.recording_notice.is_some();
        let length = dice.seconds(3..=150);
        plan.customers(length, dice.percent(50));
        plan.technicians(some_technician, dice);
        plan.phones.push((GENERAL_LINE, vec![Behaviour::answers_after_seconds(dice.among(2..=9))]));
        plan
    }

    fn technicians(&mut self, draw: impl Fn(&mut Dice) -> Vec<Behaviour>, dice: &mut Dice) {
        self.phones.retain(|(number, _)| !cast::TECHNICIANS.contains(number));
        for number in cast::TECHNICIANS {
            self.phones.push((number, draw(dice)));
        }
    }

    fn customers(&mut self, talk: Duration, wants_back: bool) {
        let message = Message { length: Duration::from_secs(7), ..Message::default() };
        let script = Behaviour { message, ..Behaviour::default() }.hanging_up_talking_after(talk);
        let script = if wants_back { script.pressing(["1"]) } else { script };
        self.phones.retain(|(number, _)| ![CUSTOMER, cast::STRANGER, cast::WITHHELD].contains(number));
        for number in [CUSTOMER, cast::STRANGER, cast::WITHHELD] {
            self.phones.push((number, vec![script.clone()]));
        }
    }
}

/// What a technician does when nothing is said.
fn some_technician(dice: &mut Dice) -> Vec<Behaviour> {
    let good = willing(dice.seconds(2..=20));
    match dice.among(0..=9) {
        0 => vec![Behaviour::no_answer(), good],
        1 => vec![Behaviour::busy(), good],
        2 => vec![Behaviour::no_answer()],
        3 => vec![good.clone().hanging_up_after(dice.seconds(6..=40)), good],
        4 => vec![Behaviour::answers_after_seconds(dice.among(2..=20)).pressing(["2", "5", "1", "1"])],
        5 => vec![Behaviour::voicemail(3, dice.among(4..=12)), good],
        _ => vec![good],
    }
}

/// Answers and presses 1, whenever something is asked.
pub(crate) fn willing(after: Duration) -> Behaviour {
    Behaviour::answers_after_seconds(after.as_secs()).pressing(["1", "1", "1", "1"])
}

fn policy(dice: &mut Dice) -> Policy {
    let second = Duration::from_secs(1);
    let escalation = match dice.among(0..=2) {
        0 => vec![],
        1 => vec![cast::contact(SECOND)],
        _ => vec![cast::contact(SECOND), cast::contact(THIRD)],
    };
    let general_line = || Transfer { target: cast::contact(GENERAL_LINE).number, confirmation: Confirmation::Answered };
    Policy {
        escalation,
        recipients: vec![cast::contact(OFFICE), cast::contact(BOSS)],
        recipient_emails: vec!["office@example.com".to_owned()],
        transfer: dice.percent(10).then(general_line),
        attempts_per_technician: if dice.percent(50) { 2 } else { 1 },
        escalation_rounds: if dice.percent(50) { 2 } else { 1 },
        timing: Timing {
            hold_limit: dice.pick(&[120, 300, 600]) * second,
            customer_deadline: dice.pick(&[300, 600, 1800]) * second,
            ..Timing::default()
        },
        ..Policy::default()
    }
}

impl Planned {
    fn draw(cell: Cell, dice: &mut Dice) -> Self {
        let (kind, moment) = cell;
        let delay = match moment {
            Moment::Bridging | Moment::Closing => dice.millis(0..=2_000),
            _ => dice.millis(0..=6_000),
        };
        Self { cell, delay, trouble: trouble(kind, moment, dice) }
    }
}

fn trouble(kind: Kind, moment: Moment, dice: &mut Dice) -> Trouble {
    let status = |status| RestEffect::Status { status, code: None, retry_after: None };
    match kind {
        Kind::CallbackLost => webhook(Some(dice.pick(HOOKS)), WebhookEffect::Lose, 3, dice),
        Kind::CallbackDoubled => webhook(None, WebhookEffect::Double, 6, dice),
        Kind::CallbackLate if dice.percent(50) => {
            let by = dice.seconds(15..=90);
            webhook(Some(dice.pick(NOTICES)), WebhookEffect::Delay(by), 2, dice)
        }
        // A caller who waits for a document hears nothing meanwhile.
        Kind::CallbackLate => {
            let by = dice.seconds(4..=9);
            webhook(None, WebhookEffect::Delay(by), 2, dice)
        }
        Kind::CallbackOvertaken => webhook(None, WebhookEffect::Delay(OVERTAKEN), 5, dice),
        Kind::CallbackForged => webhook(Some(dice.pick(HOOKS)), WebhookEffect::WrongSignature, 2, dice),
        Kind::TooManyRequests => rest(dice, status(429), moment, 3),
        Kind::ErrorBefore => rest(dice, status(503), moment, 2),
        Kind::ErrorAfter => rest(dice, RestEffect::StatusAfter(500), moment, 1),
        Kind::TimeOut => {
            let by = dice.millis(10_500..=25_000);
            rest(dice, RestEffect::Delay(by), moment, 1)
        }
        Kind::AnswerCut => rest(dice, RestEffect::CutAfter, moment, 1),
        Kind::NeverAnswers => Trouble::Phone(Behaviour::no_answer()),
        Kind::Voicemail => Trouble::Phone(Behaviour::voicemail(dice.among(2..=10), dice.among(3..=12))),
        Kind::Busy => Trouble::Phone(Behaviour::busy()),
        Kind::PressesNothing => Trouble::Phone(Behaviour::answers_after_seconds(dice.among(2..=12))),
        Kind::Passes if matches!(moment, Moment::Accepted | Moment::Talking | Moment::Closing) => Trouble::PassingText,
        Kind::Passes => Trouble::Phone(Behaviour::answers_after_seconds(dice.among(2..=12)).pressing(["9"])),
        Kind::HangsUp => Trouble::HangUp { again: None },
        Kind::CallsAgain => Trouble::HangUp { again: Some(dice.seconds(1..=40)) },
        Kind::Withheld => Trouble::Caller(cast::WITHHELD),
        Kind::Stranger => Trouble::Caller(cast::STRANGER),
        Kind::StoreAway => Trouble::Away { hangs: dice.percent(50) },
        Kind::CommitUnknown => {
            Trouble::Unknown { times: u32::try_from(dice.among(1..=5)).expect("BUG: few"), written: dice.percent(60) }
        }
        Kind::NodeKilled => Trouble::Kill { crossings: dice.among(1..=12) },
        Kind::NodePaused => Trouble::Pause { crossings: dice.among(1..=12), span: dice.seconds(41..=70) },
    }
}

/// By which a webhook that was held back for another one to pass is told from one that is late. At the provider those
/// of one call are a second apart, or half of it.
pub(crate) const OVERTAKEN: Duration = Duration::from_millis(2_700);

const NOTICES: &[HookKind] =
    &[HookKind::CallStatus, HookKind::CallStatus, HookKind::VoiceEnded, HookKind::MessageStatus];
const HOOKS: &[HookKind] = &[HookKind::Voice, HookKind::CallStatus, HookKind::VoiceEnded, HookKind::MessageStatus];

fn webhook(kind: Option<HookKind>, effect: WebhookEffect, most: u64, dice: &mut Dice) -> Trouble {
    let fails = matches!(effect, WebhookEffect::Lose | WebhookEffect::WrongSignature);
    let times = if fails && kind == Some(HookKind::Voice) { 1 } else { times(dice, most) };
    Trouble::Wire(Fault::Webhook(WebhookFault { kind, url_contains: None, fields: BTreeMap::new(), times, effect }))
}

fn rest(dice: &mut Dice, effect: RestEffect, moment: Moment, most: u64) -> Trouble {
    let places_calls = matches!(moment, Moment::Seeking | Moment::Holding | Moment::Bridging);
    let operation = (places_calls && dice.percent(60)).then(|| "CreateCall".to_owned());
    Trouble::Wire(Fault::Rest(RestFault { operation, times: times(dice, most), effect }))
}

fn times(dice: &mut Dice, most: u64) -> u32 {
    u32::try_from(dice.among(1..=most)).expect("BUG: few")
}
