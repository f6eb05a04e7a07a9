//! Plays in no time, judges, and exits.

use std::{process::ExitCode, time::Instant};

use crate::{
    args::Args,
    judge::Judge,
    play::{self, Scenario},
    scenarios,
    stage::{Stage, Trouble},
    story::story,
    timeline::{Style, Timeline},
};

/// What came of one scenario.
#[derive(Debug)]
pub(crate) struct Played {
    /// What is not as it had to be.
    pub(crate) wrong: Vec<String>,
    /// The record of the network.
    pub(crate) story: String,
}

/// Plays what was asked for, or the plain one, each on a stage of its own.
pub(crate) async fn run(args: &Args) -> Result<ExitCode, Trouble> {
    let mut code = ExitCode::SUCCESS;
    for scenario in args.scenarios.as_deref().unwrap_or(&scenarios::ALL[..1]) {
        let started = Instant::now();
        say(args.style, &format!("\n{}: {}\n", scenario.name, scenario.about));
        let played = perform(scenario, args.style).await?;
        let took = started.elapsed().as_secs_f64();
        if played.wrong.is_empty() {
            say(args.style, &format!("\n{}: as it must be, says the network's record ({took:.1} s)", scenario.name));
        } else {
            code = ExitCode::FAILURE;
            eprintln!("\n{}: NOT as it must be ({took:.1} s)\n{}", scenario.name, played.wrong.join("\n"));
            eprintln!("\nThe record of the network:\n{}", played.story);
        }
    }
    Ok(code)
}

/// Plays one scenario on a stage of its own, and judges it.
pub(crate) async fn perform(scenario: &Scenario, style: Style) -> Result<Played, Trouble> {
    let plot = (scenario.plot)();
    let stage = Stage::open(plot.setting()).await?;
    let record = play::play(&stage, &plot, &mut Timeline::new(style)).await?;
    stage.close().await?;
    let mut judge = Judge::new(&record);
    (scenario.judge)(&mut judge);
    Ok(Played { wrong: judge.verdict(), story: story(&record.trace, Vec::new()) })
}

/// For people; where a program reads, only events go to stdout.
fn say(style: Style, text: &str) {
    if style == Style::People {
        println!("{text}");
    }
}
