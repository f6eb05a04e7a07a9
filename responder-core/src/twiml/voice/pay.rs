//! Payments during a call.

use super::{
    BankAccountType, CardType, Method, Parameter, Pause, PayError, PayInput, PayLanguage, PayStep, PaymentMethod, Play,
    Say, TokenType,
};
use crate::twiml::macros::element;

element! {
    /// Asks for the particulars of a card or bank account and pays; they never reach our service.
    ///
    /// ```
    /// use responder_core::twiml::voice::{CardType, Pay, Response};
    ///
    /// let document = Response::new().pay(Pay::new().charge_amount("20.45").valid_card_types([CardType::Visa, CardType::Jcb]));
    /// let expected = r#"<Response><Pay chargeAmount="20.45" validCardTypes="visa jcb"/></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Pay = "Pay" in "voice"
    attributes {
        /// How particulars are given.
        input = "input" one PayInput,
        /// Where the outcome is sent, and what the call does then. Without one, the current document is requested
        /// again.
        action = "action" text,
        /// The kind of bank account.
        bank_account_type = "bankAccountType" one BankAccountType,
        /// Where its state is reported.
        status_callback = "statusCallback" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" one Method,
        /// How many seconds to wait for the next key; 5 if nothing is said.
        timeout_secs = "timeout" number,
        /// How often each step may be tried; 1 if nothing is said.
        max_attempts = "maxAttempts" number,
        /// Whether the card's security code is asked for; it is, if nothing is said.
        security_code = "securityCode" flag,
        /// Whether the postal code is asked for (`true`, `false`), or the code itself if it is known.
        postal_code = "postalCode" text,
        /// How many characters a postal code has at least.
        min_postal_code_length = "minPostalCodeLength" number,
        /// The name of the installed connector; `Default` if nothing is said.
        payment_connector = "paymentConnector" text,
        /// Card or bank account; card, if nothing is said.
        payment_method = "paymentMethod" one PaymentMethod,
        /// What is kept with the payment service if nothing is charged.
        token_type = "tokenType" one TokenType,
        /// How much is charged, such as `20.45`. Without an amount, or with 0, a token is made instead.
        charge_amount = "chargeAmount" text,
        /// In which currency, such as `usd`, which it is if nothing is said.
        currency = "currency" text,
        /// What the payment service notes.
        description = "description" text,
        /// The cards that are taken; `visa mastercard amex` if nothing is said.
        valid_card_types = "validCardTypes" list CardType,
        /// The language of the provider's own words.
        language = "language" open PayLanguage,
    }
    children PayChild {
        /// Other words for a step.
        prompt: Prompt,
        /// A name and a value that go along.
        parameter: Parameter,
    }
}

element! {
    /// What is said at a step of a [`Pay`], instead of the provider's own words. All its conditions must hold.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Pay, PayStep, Prompt, Response};
    ///
    /// let document = Response::new().pay(
    ///     Pay::new().prompt(Prompt::new().for_step(PayStep::PostalCode).attempts([1, 2]).say("Your postal code?")),
    /// );
    /// let expected = r#"<Response><Pay><Prompt for="postal-code" attempt="1 2"><Say>Your postal code?</Say></Prompt></Pay></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Prompt = "Prompt" in "voice"
    attributes {
        /// The step at which it is said.
        for_step = "for" one PayStep,
        /// After which errors it is said.
        error_types = "errorType" list PayError,
        /// For which cards it is said.
        card_types = "cardType" list CardType,
        /// At which tries it is said, from 1.
        attempts = "attempt" numbers,
        /// Whether what is given must be given twice.
        require_matching_inputs = "requireMatchingInputs" flag,
    }
    children PromptChild {
        /// Speaks.
        say: Say,
        /// Plays.
        play: Play,
        /// Waits.
        pause: Pause,
    }
}
