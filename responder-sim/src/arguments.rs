//! The command line.

use std::{net::SocketAddr, str::FromStr};

use responder_sim::{ClockMode, Dress, NumberConfig, SimulatorBuilder};

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Arguments {
    Help,
    Version,
    Run(Box<SimulatorBuilder>),
}

/// An argument that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArgumentError {
    #[error("there is no option {0}")]
    Unknown(String),
    #[error("{0} needs a value")]
    NoValue(String),
    #[error("{option} does not take {value:?}: {why}")]
    BadValue { option: String, value: String, why: String },
}

impl Arguments {
    /// Reads arguments, then the environment for the account if they don't name it.
    pub(crate) fn read(
        arguments: impl IntoIterator<Item = String>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ArgumentError> {
        let mut reader = Reader::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let (option, value) = match argument.split_once('=') {
                Some((option, value)) if option.starts_with("--") => (option.to_owned(), Some(value.to_owned())),
                _ => (argument, None),
            };
            match option.as_str() {
                "--help" | "-h" => return Ok(Self::Help),
                "--version" | "-V" => return Ok(Self::Version),
                "--owned-from-only" => reader.builder = reader.builder.only_owned_from(),
                _ if !VALUED.contains(&option.as_str()) => return Err(ArgumentError::Unknown(option)),
                _ => {
                    let value = value.or_else(|| arguments.next());
                    let value = value.ok_or_else(|| ArgumentError::NoValue(option.clone()))?;
                    reader.apply(&option, &value)?;
                }
            }
        }
        Ok(Self::Run(Box::new(reader.finish(environment))))
    }
}

#[derive(Default)]
struct Reader {
    builder: SimulatorBuilder,
    account: Option<String>,
    token: Option<String>,
    dress: Dress,
    numbers: Vec<(String, NumberConfig)>,
}

impl Reader {
    fn apply(&mut self, option: &str, value: &str) -> Result<(), ArgumentError> {
        let builder = std::mem::take(&mut self.builder);
        self.builder = match option {
            "--listen" => builder.listen(parsed(option, value)?),
            "--cps" => builder.calls_per_second(rate(option, value)?),
            "--clock" => builder.clock(parsed::<ClockMode>(option, value)?),
            "--seed" => builder.seed(parsed(option, value)?),
            "--public-url" => builder.public_url(value),
            "--signing-key" => builder.signing_key(value),
            "--api-key" => {
                let (sid, secret) = pair(option, value, ':')?;
                builder.api_key(sid, secret)
            }
            "--webhook-key" => {
                let (id, secret) = pair(option, value, ':')?;
                builder.webhook_key(id, secret)
            }
            "--host" => {
                let (host, socket) = pair(option, value, '=')?;
                builder.host(host, parsed::<SocketAddr>(option, socket)?)
            }
            _ => builder,
        };
        match option {
            "--dress" => self.dress = parsed(option, value)?,
            "--account-sid" => self.account = Some(value.to_owned()),
            "--auth-token" => self.token = Some(value.to_owned()),
            "--voice" => self.number(option, value)?.voice_url = Some(pair(option, value, '=')?.1.to_owned()),
            "--status" => self.number(option, value)?.status_callback = Some(pair(option, value, '=')?.1.to_owned()),
            "--sms" => self.number(option, value)?.sms_url = Some(pair(option, value, '=')?.1.to_owned()),
            _ => {}
        }
        Ok(())
    }

    fn number(&mut self, option: &str, value: &str) -> Result<&mut NumberConfig, ArgumentError> {
        let (number, _) = pair(option, value, '=')?;
        let index = self.numbers.iter().position(|(known, _)| known == number).unwrap_or_else(|| {
            self.numbers.push((number.to_owned(), NumberConfig::default()));
            self.numbers.len() - 1
        });
        Ok(&mut self.numbers[index].1)
    }

    fn finish(self, environment: impl Fn(&str) -> Option<String>) -> SimulatorBuilder {
        let account = self.account.or_else(|| environment("TWILIO_ACCOUNT_SID"));
        let token = self.token.or_else(|| environment("TWILIO_AUTH_TOKEN"));
        let account = account.unwrap_or_else(|| self.dress.default_account().to_owned());
        let token = token.unwrap_or_else(|| DEFAULT_TOKEN.to_owned());
        let builder = self.builder.dress(self.dress).account(account, token);
        self.numbers.into_iter().fold(builder, |builder, (number, config)| builder.number(number, config))
    }
}

fn parsed<T: FromStr<Err: std::fmt::Display>>(option: &str, value: &str) -> Result<T, ArgumentError> {
    value.parse().map_err(|error: T::Err| bad(option, value, error.to_string()))
}

fn rate(option: &str, value: &str) -> Result<f64, ArgumentError> {
    let rate: f64 = parsed(option, value)?;
    if rate.is_finite() && rate >= 0.0 { Ok(rate) } else { Err(bad(option, value, "not a rate".to_owned())) }
}

fn pair<'a>(option: &str, value: &'a str, separator: char) -> Result<(&'a str, &'a str), ArgumentError> {
    value.split_once(separator).ok_or_else(|| bad(option, value, format!("a {separator} is missing")))
}

fn bad(option: &str, value: &str, why: String) -> ArgumentError {
    ArgumentError::BadValue { option: option.to_owned(), value: value.to_owned(), why }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

const VALUED: [&str; 15] = [
    "--dress",
    "--signing-key",
    "--listen",
    "--cps",
    "--clock",
    "--seed",
    "--public-url",
    "--api-key",
    "--webhook-key",
    "--host",
    "--account-sid",
    "--auth-token",
    "--voice",
    "--status",
    "--sms",
];

const DEFAULT_TOKEN: &str = "simulated-auth-token";

/// The text of `--help`.
pub(crate) const HELP: &str = "\
A Twilio-compatible phone network for tests, demos and CI.

Usage: responder-sim [OPTIONS]

  --listen <SOCKET>          where to listen [127.0.0.1:0, a free port, which is printed]
  --dress <PROVIDER>         which provider it looks like, twilio or signalwire [twilio]
  --account-sid <SID>        the account [$TWILIO_ACCOUNT_SID, else AC00000000000000000000000000000001, or a UUID]
  --auth-token <TOKEN>       its secret [$TWILIO_AUTH_TOKEN, else simulated-auth-token]
  --signing-key <KEY>        what webhooks are signed with [the auth token]
  --api-key <SID:SECRET>     a further user of the REST API; may be repeated
  --webhook-key <ID:SECRET>  signs requests to the application with this key and SHA-256
  --cps <RATE>               API calls begun per second, 0 for no limit [1]
  --clock <MODE>             real, x10 (any factor), stepped, auto, auto:<quiet milliseconds> [real]
  --seed <NUMBER>            what identifiers are made from [1]
  --voice <NUMBER=URL>       asked when this number is called; may be repeated, as the next two
  --status <NUMBER=URL>      told when a call to this number has ended
  --sms <NUMBER=URL>         asked when this number is texted
  --host <NAME=SOCKET>       where a host of the application's addresses really listens; may be repeated
  --public-url <URL>         the address of this API in links to recordings
  --owned-from-only          refuse a From that is none of the numbers above
  --help, --version

The REST API is under /2010-04-01, the control API under /_sim. The program ends on Ctrl-C or SIGTERM.
";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Arguments, ArgumentError> {
        Arguments::read(arguments.iter().map(|argument| (*argument).to_owned()), |_| None)
    }

    #[test]
    fn help_knows_every_option() {
        for option in VALUED.iter().chain(&["--owned-from-only", "--help", "--version"]) {
            assert!(HELP.contains(option), "{option}");
        }
        assert!(matches!(read(&["--clock", "x10", "--help"]), Ok(Arguments::Help)));
    }

    #[test]
    fn values_are_checked() {
        let good = ["--listen", "127.0.0.1:0", "--clock=auto:5", "--cps", "0.5", "--voice", "+15005550001=http://a/"];
        assert!(matches!(read(&good), Ok(Arguments::Run(_))));
        assert_eq!(read(&["--nonsense"]).unwrap_err(), ArgumentError::Unknown("--nonsense".to_owned()));
        assert_eq!(read(&["--clock"]).unwrap_err(), ArgumentError::NoValue("--clock".to_owned()));
        for bad in [["--clock", "warp"], ["--cps", "-1"], ["--host", "nowhere"], ["--voice", "+15005550001"]] {
            assert!(matches!(read(&bad), Err(ArgumentError::BadValue { .. })), "{bad:?}");
        }
    }

    #[test]
    fn the_account_comes_from_the_environment_if_need_be() {
        let named = |name: &str| Some(format!("from-{name}"));
        let Ok(Arguments::Run(builder)) = Arguments::read([], named) else { panic!("it runs") };
        assert!(format!("{builder:?}").contains("from-TWILIO_ACCOUNT_SID"));
        assert!(!format!("{builder:?}").contains("from-TWILIO_AUTH_TOKEN"), "the secret is not shown");
    }
}
