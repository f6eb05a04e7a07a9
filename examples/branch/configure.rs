//! `branch configure`: what is entered at the provider for the numbers of this branch, compared and changed.

use std::{error::Error, process::ExitCode};

use responder::{
    E164,
    script::NumberLinks,
    telephony::{
        TwilioClient,
        rest::{IncomingPhoneNumber, NumberChange, Webhook},
    },
};

use super::{
    config,
    environment::{BadVariable, Environment},
};

/// The numbers of the branch differ from what they should be, and were left as they are.
const DIFFERENT: u8 = 3;

/// What is needed to compare; less than what a branch needs to run.
pub(crate) struct Configure {
    telephony: TwilioClient,
    links: NumberLinks,
    numbers: Vec<Wanted>,
    apply: bool,
}

/// A number that is set.
struct Wanted {
    variable: &'static str,
    number: E164,
    /// A number that is only shown may be anybody's.
    must_be_ours: bool,
}

/// One line of what is entered for a number.
struct Entry {
    name: &'static str,
    is: Option<String>,
    wanted: Option<String>,
}

impl Configure {
    pub(crate) fn read(env: &Environment, apply: bool) -> Result<Self, BadVariable> {
        let (telephony, links) = (config::telephony(env)?, config::links(env)?.for_number());
        Ok(Self { telephony, links, numbers: numbers(env)?, apply })
    }

    /// Compares, and changes if that is wished.
    pub(crate) async fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        let mut differs = false;
        for wanted in &self.numbers {
            differs |= self.compare(wanted).await?;
        }
        match (differs, self.apply) {
            (false, _) => println!("Everything is as it should be."),
            (true, true) => println!("Everything is now as it should be."),
            (true, false) => {
                println!("Nothing was changed. To change it: configure --apply");
                return Ok(ExitCode::from(DIFFERENT));
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// True if this number was not as it should be.
    async fn compare(&self, wanted: &Wanted) -> Result<bool, Box<dyn Error>> {
        let Some(found) = self.telephony.incoming_phone_numbers().find(&wanted.number).await? else {
            if wanted.must_be_ours {
                return Err(format!("the account has no number that is {wanted}").into());
            }
            println!("{wanted}: no number of this account, left alone");
            return Ok(false);
        };
        println!("{wanted}:");
        let entries = self.entries(&found);
        for entry in &entries {
            entry.show();
        }
        if entries.iter().all(Entry::fits) {
            return Ok(false);
        }
        if self.apply {
            let answer = self.telephony.incoming_phone_numbers().update(&found.sid, &self.change()).await?;
            if !self.entries(&answer.value).iter().all(Entry::fits) {
                return Err(format!("the provider did not take all of it for {wanted}").into());
            }
        }
        Ok(true)
    }

    /// An application or a trunk would be asked in place of our addresses.
    fn change(&self) -> NumberChange {
        NumberChange {
            voice: Some(Webhook::post(&self.links.incoming_call)),
            voice_fallback: Some(Webhook::post(&self.links.call_fallback)),
            status_callback: Some(Webhook::post(&self.links.call_ended)),
            sms: Some(Webhook::post(&self.links.text)),
            voice_application: Some(String::new()),
            sms_application: Some(String::new()),
            trunk: Some(String::new()),
            ..NumberChange::default()
        }
    }

    fn entries(&self, found: &IncomingPhoneNumber) -> [Entry; 7] {
        let change = self.change();
        let webhook = |name, is: &Option<Webhook>, wanted: Option<Webhook>| {
            let text = |webhook: &Webhook| format!("{:<4} {}", webhook.method, webhook.url);
            Entry { name, is: is.as_ref().map(text), wanted: wanted.as_ref().map(text) }
        };
        let nothing = |name, is: &Option<String>| Entry { name, is: is.clone(), wanted: None };
        [
            webhook("voice", &found.voice, change.voice),
            webhook("voice fallback", &found.voice_fallback, change.voice_fallback),
            webhook("status callback", &found.status_callback, change.status_callback),
            webhook("sms", &found.sms, change.sms),
            nothing("voice application", &found.voice_application),
            nothing("sms application", &found.sms_application),
            nothing("trunk", &found.trunk),
        ]
    }
}

impl Entry {
    fn fits(&self) -> bool {
        self.is == self.wanted
    }

    /// As `diff` does: what is and should not be, what should be and is not.
    fn show(&self) {
        let lines = match self.fits() {
            true => [(' ', &self.is), (' ', &None)],
            false => [('-', &self.is), ('+', &self.wanted)],
        };
        for (mark, text) in lines {
            if let Some(text) = text {
                println!("  {mark} {:<17} {text}", self.name);
            }
        }
    }
}

/// The variable and the end of the number: enough to know it, and nothing that a console should not keep.
impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let number = self.number.to_string();
        let end = number.get(number.len() - 2..).unwrap_or_default();
        write!(f, "{} (it ends in {end})", self.variable)
    }
}

fn numbers(env: &Environment) -> Result<Vec<Wanted>, BadVariable> {
    let country = config::country(env)?;
    let mut numbers: Vec<Wanted> = Vec::new();
    for (variable, must_be_ours) in
        [("TWILIO_PHONE_NUMBER", true), ("TWILIO_AUTOMATED_NUMBER", true), ("TWILIO_TRANSFER_NUMBER", false)]
    {
        let number = env.parsed(variable, |text| E164::parse_with(text, country))?;
        let known = |number: &E164| numbers.iter().any(|wanted| wanted.number == *number);
        if let Some(number) = number.filter(|number| !known(number)) {
            numbers.push(Wanted { variable, number, must_be_ours });
        }
    }
    if numbers.iter().any(|wanted| wanted.must_be_ours) {
        return Ok(numbers);
    }
    Err(BadVariable { name: "TWILIO_PHONE_NUMBER", why: "is missing".to_owned() })
}
