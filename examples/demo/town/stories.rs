//! What happens in the town: a scenario, and the person that it happens to.

use std::{sync::Arc, time::Duration};

use responder_sim::{Behaviour, DialIn, Pickup, Simulator};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::site::Site;
use crate::{
    cast,
    play::{Act, Plot, Scenario},
    scenarios,
    stage::Trouble,
};

/// One emergency, in one branch.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    site: Site,
    plot: Plot,
    customer: usize,
    /// How much later than in the plot phones are answered, and people act.
    late: Late,
}

/// How far people are behind the plot.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Late {
    pub(crate) technician: Duration,
    pub(crate) customer: Duration,
}

/// Who has emergencies, where, and what happened to them.
const CUSTOMERS: [(&str, &str, &str); 12] = [
    ("Carla Example", "12 Elm Street", "A pipe burst in the cellar and the water is rising."),
    ("Emil Example", "4 Mill Lane", "There is no heating, and a baby in the house."),
    ("Dora Example", "88 Station Road", "It smells of gas in the kitchen; the windows are open."),
    ("Hugo Example", "27 Orchard Way", "Water drips from the ceiling onto the fuse box."),
    ("Fay Example", "151 River Drive", "The drain in the yard overflows into the garage."),
    ("Gil Example", "9 Chapel Hill", "The boiler makes a loud noise and leaks."),
    ("Ida Example", "63 Meadow Court", "A toilet on the third floor can't be shut off."),
    ("Jon Example", "2 Quarry Road", "The lift stands between two floors with somebody inside."),
    ("Kim Example", "40 Bridge Street", "The pump in the basement has stopped, and it rains."),
    ("Lea Example", "17 Linden Square", "Hot water comes out of the cold tap and does not stop."),
    ("Max Example", "305 Harbor View", "The main valve broke off; the street is wet already."),
    ("Nia Example", "76 Castle Terrace", "Frozen pipes: no water in a house with twelve people."),
];

impl Story {
    /// How `scenario` is played in a branch. People come round again after a dozen.
    pub(crate) fn new(site: Site, scenario: &Scenario, number: usize) -> Self {
        Self { site, plot: (scenario.plot)(), customer: number % CUSTOMERS.len(), late: Late::default() }
    }

    /// With people who are slower.
    #[must_use]
    pub(crate) fn with_late(self, late: Late) -> Self {
        Self { late, ..self }
    }

    /// What the reporter sends.
    pub(crate) fn report(&self) -> Value {
        let (name, address, description) = CUSTOMERS[self.customer];
        json!({
            "chosen_phone": self.number(cast::TECHNICIAN),
            "customer_name": name,
            "user_stated_callback_number": self.number(cast::CUSTOMER),
            "incident_address": address,
            "emergency_description_text": description,
        })
    }

    /// Tells every phone what to do.
    pub(crate) fn prepare(&self, network: &Simulator) {
        for (number, scripts) in &self.plot.phones {
            let scripts = scripts.iter().cloned();
            match *number {
                cast::CUSTOMER => network.set_phone_calls(&self.number(number), scripts),
                _ => network.set_phone_calls(&self.number(number), scripts.map(|script| self.slower(script))),
            }
        }
    }

    /// Lets people act, each so long after now.
    pub(crate) async fn act(&self, network: &Arc<Simulator>) -> Result<(), Trouble> {
        let start = Instant::now() + self.late.customer;
        for (seconds, act) in &self.plot.acts {
            sleep_until(start + Duration::from_secs(*seconds)).await;
            match *act {
                Act::Call { from } => {
                    network.dial(DialIn::new(self.number(from), self.number(cast::BRANCH)))?;
                }
                Act::Text { from, body } => {
                    network.text(&self.number(from), &self.number(cast::AUTOMATED), body)?;
                }
            }
        }
        Ok(())
    }

    fn slower(&self, script: Behaviour) -> Behaviour {
        match script.pickup {
            Pickup::Answer { after } => {
                Behaviour { pickup: Pickup::Answer { after: after + self.late.technician }, ..script }
            }
            _ => script,
        }
    }

    /// Each customer has a number of their own.
    fn number(&self, of_cast: &str) -> String {
        let number = self.site.number(of_cast);
        if of_cast != cast::CUSTOMER {
            return number;
        }
        format!("{}{}", &number[..number.len() - 2], 30 + self.customer)
    }
}

/// The scenario of a name.
pub(crate) fn scenario(name: &str) -> &'static Scenario {
    scenarios::ALL.iter().find(|scenario| scenario.name == name).unwrap_or(&scenarios::ALL[0])
}
