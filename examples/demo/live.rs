//! A branch that is open until Ctrl-C, with an emergency a minute, in real time.

use std::{process::ExitCode, time::Duration};

use responder_sim::ClockMode;
use tokio::time::{Instant, sleep};

use crate::{
    args::Args,
    cast,
    play::{self, Plot},
    scenarios,
    stage::{Setting, Stage, Trouble},
    timeline::{Style, Timeline},
};

/// From one emergency to the next.
const PERIOD: Duration = Duration::from_secs(60);

/// How often the timeline is read.
const GLANCE: Duration = Duration::from_millis(200);

/// Opens a branch, lets things happen, and closes it.
pub(crate) async fn run(args: &Args) -> Result<ExitCode, Trouble> {
    let plots = plots(args);
    let setting = Setting { policy: plots[0].policy.clone(), ..Setting::new(ClockMode::Real) };
    let stage = Stage::open(setting).await?;
    introduce(&stage, args.style);
    let mut timeline = Timeline::new(args.style);
    let ended = tokio::select! {
        ended = tokio::signal::ctrl_c() => ended.map_err(Into::into),
        ended = emergencies(&stage, &plots) => ended,
        ended = watch(&stage, &mut timeline) => ended,
    };
    if args.style == Style::People {
        println!("\nclosing");
    }
    timeline.print_new(&stage.branch).await?;
    stage.close().await?;
    ended.map(|()| ExitCode::SUCCESS)
}

/// What was asked for, or all; of several those that go by the same rules as the first, because a branch has one set.
fn plots(args: &Args) -> Vec<Plot> {
    let scenarios = args.scenarios.as_deref().unwrap_or(scenarios::ALL);
    let mut plots: Vec<Plot> = scenarios.iter().map(|scenario| (scenario.plot)()).collect();
    let rules = plots[0].policy.clone();
    plots.retain(|plot| plot.policy == rules);
    plots
}

async fn emergencies(stage: &Stage, plots: &[Plot]) -> Result<(), Trouble> {
    for plot in plots.iter().cycle() {
        let next = Instant::now() + PERIOD;
        // Whoever has reported one of their own has the branch to themselves.
        if is_quiet(stage).await? {
            plot.prepare(stage);
            // Somebody may have been quicker; then theirs goes on.
            if play::report(stage, &cast::report()).await.is_ok() {
                play::act(stage, &mut stage.pace(), &plot.acts).await?;
            }
        }
        tokio::time::sleep_until(next).await;
    }
    Ok(())
}

/// Whether no emergency is under way.
async fn is_quiet(stage: &Stage) -> Result<bool, Trouble> {
    let (_, answer) = stage.get("/api/emergencies?limit=10").await?;
    let emergencies = answer["emergencies"].as_array();
    Ok(emergencies.is_some_and(|all| all.iter().all(|emergency| emergency["phase"] == "concluded")))
}

async fn watch(stage: &Stage, timeline: &mut Timeline) -> Result<(), Trouble> {
    loop {
        timeline.print_new(&stage.branch).await?;
        sleep(GLANCE).await;
    }
}

fn introduce(stage: &Stage, style: Style) {
    let (url, network, token) = (stage.url(), stage.network.url(), &stage.token);
    let text = format!(
        "A branch of Responder, and a phone network that is simulated: no real phone rings.

  look on          {url}/status  (user: operator, password: {token})
  its state        curl {url}/api/status
  report one       curl {url}/webhook -H 'Authorization: Bearer {token}' \\
                     -H 'Content-Type: application/json' -d '{report}'
  then call it     curl {network}/_sim/dial -H 'Content-Type: application/json' \\
                     -d '{{\"from\": \"{customer}\", \"to\": \"{branch}\"}}'
  emergencies      curl {url}/api/emergencies -H 'Authorization: Bearer {token}'
  who talked       curl {network}/_sim/calls

An emergency is reported now and every minute, unless one is under way: then a report of yours is answered \"busy\", so
wait for OVER. The two letters after the time tell emergencies apart. Ctrl-C ends it.
",
        report = cast::report(),
        customer = cast::CUSTOMER,
        branch = cast::BRANCH,
    );
    // Where a program reads stdout, a person may still look at stderr.
    if style == Style::Json { eprintln!("{text}") } else { println!("{text}") }
}
