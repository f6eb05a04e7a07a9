//! Every variable that is read, in one place.

use super::environment::{Variable, plain, secret};

/// All of them, in the order of `--help`.
pub(crate) const VARIABLES: &[Variable] = &[
    plain("PUBLIC_URL", "(required)", "where the provider reaches this server; a proxy strips its path"),
    plain("BIND", "127.0.0.1", "address to listen on"),
    plain("PORT", "5000", "port to listen on"),
    plain("TRUSTED_PROXIES", "", "addresses of proxies in front, such as 10.0.0.0/8"),
    plain("TWILIO_ACCOUNT_SID", "(required)", "the account"),
    plain("TWILIO_API_KEY", "(required)", "the API key (SK...) that signs access tokens"),
    secret("TWILIO_API_KEY_SECRET", "its secret (required)"),
    plain("TWILIO_ML_APP_SID", "(required)", "the TwiML application; its voice URL is <PUBLIC_URL>/api/v1/make_call"),
    plain("TWILIO_ML_APNS_CERT_SID", "", "the push credential of iPhones"),
    plain("TWILIO_ML_FCM_CERT_SID", "", "the push credential of Android phones"),
    plain("TWILIO_FROM", "(required)", "the number that calls come from, if the app says nothing"),
    plain("TWILIO_CALL_TIME_LIMIT", "3600", "the longest call, in seconds"),
    plain("TWILIO_INCOMING_ALLOW", "off", "whether users can be called, too"),
    plain("TOKEN_TTL_SECONDS", "3600", "how long an access token lasts, at most 86400"),
    secret("TWILIO_AUTH_TOKEN", "the account's auth token, with which requests are signed (required)"),
    secret("TWILIO_AUTH_TOKEN_PREVIOUS", "the token before, while it is being changed"),
    secret("TWILIO_WEBHOOK_KEY", "a shared key for webhooks, with which requests may be signed, too"),
    secret("TWILIO_WEBHOOK_KEY_PREVIOUS", "the shared key before, while it is being changed"),
    plain("TWILIO_SIGNATURE_VALIDATION", "on", "off lets anybody speak for the provider"),
    plain(
        "MAKE_CALL_ACCESS",
        "twilio",
        "public lets anybody see where calls would go; TWILIO_AUTH_TOKEN may be missing",
    ),
    plain("ALLOWED_COUNTRY_CODES", "all", "which countries may be called"),
    plain("DEFAULT_COUNTRY", "1", "calling code of numbers without one"),
    plain("CALL_METRICS", "off", "have the provider tell how each call went"),
    secret("USER_JWT_SECRET", "what users' tokens are signed with (HS256); this or the next"),
    secret("USER_JWT_PUBLIC_KEY", "the public key to what they are signed with, in PEM (RS256, ES256)"),
    plain("USER_JWT_CLAIM", "sub", "the claim that names the user"),
    plain("USER_JWT_AUDIENCE", "", "whom users' tokens must be meant for"),
    plain("USER_JWT_ISSUER", "", "whom users' tokens must be from"),
    secret("SLACK_WEBHOOK_URL", "where failures are told, at most one a minute of each kind"),
    secret("OPERATOR_PASSWORD", "password of the user operator, for /metrics"),
    plain("RUST_LOG", "info", "how much is written to the console"),
];
