//! What every service needs that is tried without set-up.

use std::{env, error::Error, path::PathBuf};

use tracing_subscriber::EnvFilter;

/// The log, on the error output: `RUST_LOG` says how much.
pub(crate) fn log_to_console() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// `PORT`, or 5000.
pub(crate) fn port() -> Result<u16, std::num::ParseIntError> {
    env::var("PORT").map_or(Ok(5000), |port| port.parse())
}

/// The address of the branch for the provider (`PUBLIC_URL`); that of this machine does for a simulated one.
pub(crate) fn public_url(here: &str) -> Result<String, &'static str> {
    match (env::var("PUBLIC_URL"), env::var("TWILIO_ACCOUNT_SID")) {
        (Ok(public), _) => Ok(public),
        (Err(_), Ok(_)) => Err("PUBLIC_URL is missing: where Twilio reaches the branch"),
        (Err(_), Err(_)) => Ok(here.to_owned()),
    }
}

/// A file in `DATA_DIR`; else in a folder that goes away with the process.
pub(crate) fn file(name: &str) -> Result<(PathBuf, Option<tempfile::TempDir>), Box<dyn Error>> {
    if let Ok(folder) = env::var("DATA_DIR") {
        std::fs::create_dir_all(&folder)?;
        return Ok((PathBuf::from(folder).join(name), None));
    }
    let folder = tempfile::tempdir()?;
    Ok((folder.path().join(name), Some(folder)))
}

/// `INTAKE_TOKEN`, or one that was never used before.
pub(crate) fn intake_token() -> Result<String, getrandom::Error> {
    if let Ok(token) = env::var("INTAKE_TOKEN") {
        return Ok(token);
    }
    let mut bits = [0; 16];
    getrandom::fill(&mut bits)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bits)))
}

/// The token as it may stand on a console: one that was given is a secret.
fn shown(token: &str) -> &str {
    if env::var_os("INTAKE_TOKEN").is_some() { "$INTAKE_TOKEN" } else { token }
}

/// How to report an emergency, for somebody with a console.
pub(crate) fn tell_how_to_report(branch: &str, token: &str, technician: &str, customer: &str) {
    let token = shown(token);
    println!("  somebody has an emergency   curl {branch}/webhook -H \"Authorization: Bearer {token}\" \\");
    println!("                                -H 'Content-Type: application/json' -d '{{\"chosen_phone\":");
    println!("                                \"{technician}\", \"user_stated_callback_number\": \"{customer}\"}}'");
}

/// What to do then.
pub(crate) fn tell_how_to_go_on(branch: &str, token: &str, customer: &str, network: Option<&str>) {
    if let Some(network) = network {
        println!("  they call (no real phone rings; the network is {network})");
        println!("                              curl {network}/_sim/dial -H 'Content-Type: application/json' \\");
        println!("                                -d '{{\"from\": \"{customer}\", \"to\": \"+15005550006\"}}'");
    }
    let token = shown(token);
    println!("  what happens                curl {branch}/api/emergencies -H \"Authorization: Bearer {token}\"");
    println!("  the branch, for everybody   curl {branch}/api/status");
}
