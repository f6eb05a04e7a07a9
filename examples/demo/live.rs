//! A town that is open until Ctrl-C, where emergencies happen in real time.

use std::{process::ExitCode, time::Duration};

use tokio::time::sleep;

use crate::{
    args::Args,
    play::Scenario,
    signals,
    stage::Trouble,
    timeline::{Style, Timeline},
    town::{ADMIN, Director, Mode, Town},
};

/// How often the timelines are read.
const GLANCE: Duration = Duration::from_millis(200);

/// Opens the town, lets things happen, and leaves nothing behind.
pub(crate) async fn run(args: &Args) -> Result<ExitCode, Trouble> {
    tokio::select! {
        () = signals::asked_to_stop() => {}
        lived = live(args) => lived?,
    }
    if args.style == Style::People {
        println!("\nclosed");
    }
    Ok(ExitCode::SUCCESS)
}

async fn live(args: &Args) -> Result<(), Trouble> {
    let (scenarios, mode) = played(args);
    eprintln!("playing what lies behind, which takes some seconds");
    let town = Town::open(args.port, mode).await?;
    introduce(&town, args);
    let director = Director::new(&town, scenarios.as_deref());
    tokio::try_join!(director.direct(), watch(&town, args.style)).map(drop)
}

/// What was asked for; of several those that go by the same rules as the first, because a branch has one set.
fn played(args: &Args) -> (Option<Vec<Scenario>>, Mode) {
    let mode = |scenario: &Scenario| match (scenario.plot)().policy.transfer {
        Some(_) => Mode::GeneralLine,
        None => Mode::Technicians,
    };
    let Some(mut scenarios) = args.scenarios.clone() else { return (None, Mode::Technicians) };
    let first = scenarios.first().map_or(Mode::Technicians, mode);
    scenarios.retain(|scenario| mode(scenario) == first);
    (Some(scenarios), first)
}

async fn watch(town: &Town, style: Style) -> Result<(), Trouble> {
    let branches = town.branches.iter().map(|open| (open, Timeline::of(open.site.name, open.last, style)));
    let mut branches: Vec<_> = branches.collect();
    loop {
        for (open, timeline) in &mut branches {
            timeline.print_new(&open.branch).await?;
        }
        sleep(GLANCE).await;
    }
}

fn introduce(town: &Town, args: &Args) {
    let (dashboard, password, network) = (&town.dashboard, &town.password, town.network.url());
    let elsewhere = if town.is_elsewhere { "  (port 8080 is taken)" } else { "" };
    let happens = if args.scenarios.is_some() {
        "In each branch happens what you asked for, again and again."
    } else {
        "  at once       a technician accepts in Tucson; nobody picks up in Pocatello; in Rexburg a customer loses patience
  in a minute   there are recordings to play, and an alert that nobody accepted in Pocatello
  then          voicemail, acceptance by text, second thoughts, connections that fail: the list starts over each time"
    };
    let technician = town.branches.first().map(|open| open.site.number(crate::cast::TECHNICIAN)).unwrap_or_default();
    let text = format!(
        "Three branches of an emergency service, and a phone network that is simulated: no real phone rings.

  dashboard     {dashboard}{elsewhere}
  user          {ADMIN}
  password      {password}  (made for this run)

{happens}
  your turn     open a branch and report an emergency; any number will do, such as {technician}. Whoever is called
                presses 1, the customer calls 12 s later
  the record    {network}/_sim/calls has what phones really did

What lies behind was played before by the same scenarios, on the network's clock: six weeks, and an alert from last
night. Everything is in memory, or in a folder that goes away. Ctrl-C ends it.
",
    );
    // Where a program reads stdout, a person may still look at stderr.
    if args.style == Style::Json { eprintln!("{text}") } else { println!("{text}") }
}
