//! Words of payments.

use crate::twiml::macros::words;

words! {
    /// How the particulars of a payment are given.
    PayInput {
        /// As keys.
        Dtmf = "dtmf",
    }
}

words! {
    /// The kind of a bank account.
    BankAccountType {
        /// A person's current account.
        ConsumerChecking = "consumer-checking",
        /// A person's savings account.
        ConsumerSavings = "consumer-savings",
        /// A company's current account.
        CommercialChecking = "commercial-checking",
        /// A company's savings account.
        CommercialSavings = "commercial-savings",
    }
}

words! {
    /// From what is paid.
    PaymentMethod {
        /// A bank account in the United States.
        AchDebit = "ach-debit",
        /// A card: the default.
        CreditCard = "credit-card",
    }
}

words! {
    /// What the payment service keeps of a card or account that is not charged.
    TokenType {
        /// A token for one payment.
        OneTime = "one-time",
        /// A token for many: the default.
        Reusable = "reusable",
        /// A means of payment, as some services call it.
        PaymentMethod = "payment-method",
    }
}

words! {
    /// A kind of card.
    CardType {
        /// Visa.
        Visa = "visa",
        /// Mastercard.
        Mastercard = "mastercard",
        /// American Express.
        Amex = "amex",
        /// Maestro.
        Maestro = "maestro",
        /// Discover.
        Discover = "discover",
        /// Optima.
        Optima = "optima",
        /// JCB.
        Jcb = "jcb",
        /// Diners Club.
        DinersClub = "diners-club",
        /// enRoute.
        Enroute = "enroute",
    }
}

words! {
    /// A step of a payment.
    PayStep {
        /// The card's number.
        CardNumber = "payment-card-number",
        /// The month and year until which it is good.
        ExpirationDate = "expiration-date",
        /// Its security code.
        SecurityCode = "security-code",
        /// The postal code of the invoice.
        PostalCode = "postal-code",
        /// The payment itself.
        Processing = "payment-processing",
        /// The account's number.
        BankAccountNumber = "bank-account-number",
        /// The bank's number.
        BankRoutingNumber = "bank-routing-number",
    }
}

words! {
    /// Why a step is asked for again.
    PayError {
        /// Nothing was pressed.
        Timeout = "timeout",
        /// It is no number of a card.
        InvalidCardNumber = "invalid-card-number",
        /// That kind of card is not taken.
        InvalidCardType = "invalid-card-type",
        /// It is no date, or past.
        InvalidDate = "invalid-date",
        /// The code is too long or too short.
        InvalidSecurityCode = "invalid-security-code",
        /// The payment service failed.
        InternalError = "internal-error",
        /// What was given the second time was not the same.
        InputMatchingFailed = "input-matching-failed",
    }
}
