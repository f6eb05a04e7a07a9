//! The command line.

use crate::{play::Scenario, scenarios, timeline::Style};

/// What was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Args {
    pub(crate) once: bool,
    pub(crate) style: Style,
    /// What was asked for by name.
    pub(crate) scenarios: Option<Vec<Scenario>>,
    /// Where the dashboard is to be.
    pub(crate) port: Option<u16>,
}

/// What to do.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// Play.
    Play(Args),
    /// Tell how this is used.
    Help,
}

/// Reads the arguments.
///
/// # Errors
/// One sentence for the person who typed them.
pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Request, String> {
    let mut arguments = arguments.into_iter();
    let (mut once, mut style, mut scenarios, mut port) = (false, Style::People, None, None);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--once" => once = true,
            "--json" => style = Style::Json,
            "--scenario" => scenarios = Some(named(arguments.next().as_deref().unwrap_or_default())?),
            "--port" => port = Some(port_of(arguments.next().as_deref().unwrap_or_default())?),
            "--help" | "-h" => return Ok(Request::Help),
            other => match other.split_once('=') {
                Some(("--scenario", name)) => scenarios = Some(named(name)?),
                Some(("--port", number)) => port = Some(port_of(number)?),
                _ => return Err(format!("{other:?} is not understood; --help lists what is.")),
            },
        }
    }
    Ok(Request::Play(Args { once, style, scenarios, port }))
}

fn port_of(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("--port takes a number from 0 to 65535, and not {text:?}."))
}

fn named(name: &str) -> Result<Vec<Scenario>, String> {
    if name == "all" {
        return Ok(scenarios::ALL.to_vec());
    }
    let found = scenarios::ALL.iter().find(|scenario| scenario.name == name);
    found.map(|scenario| vec![*scenario]).ok_or_else(|| {
        let names: Vec<&str> = scenarios::ALL.iter().map(|scenario| scenario.name).collect();
        format!("There is no scenario {name:?}; choose one of {} or all.", names.join(", "))
    })
}

/// How this is used.
pub(crate) fn help() -> String {
    let scenarios: String =
        scenarios::ALL.iter().map(|scenario| format!("  {:22}{}\n", scenario.name, scenario.about)).collect();
    format!(
        "Responder with a simulated phone network.

Usage: cargo run --example demo [-- OPTIONS]

Without options: three branches and their dashboard, with emergencies in real time, until Ctrl-C.

  --once                play on an accelerated clock and exit: 0 if the network's own record says that
                        everything happened as it must, else 1
  --scenario NAME|all   what is played; if nothing is said, plain once, or different things in each branch
  --json                print each event of the timeline as a line of JSON, and nothing else, to stdout
  --port NUMBER         where the dashboard is: 8080, or another one if that is taken; 0 for any that is free
  --help                print this

Scenarios:
{scenarios}"
    )
}
