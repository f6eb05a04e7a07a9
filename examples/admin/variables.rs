//! Every variable that is read, in one place.

use responder::settings::SETTINGS;

use super::environment::{Variable, plain, secret};

/// Those of the server, in the order of `--help`.
pub(crate) const SERVER: &[Variable] = &[
    plain("BIND", "127.0.0.1", "address to listen on"),
    plain("PORT", "5000", "port to listen on"),
    plain("PUBLIC_URL", "http://<BIND>:<PORT>", "where browsers reach this server; a proxy strips its path"),
    Variable {
        name: "DATABASE_URL",
        about: "where everything is kept; for several nodes postgres://user:password@host/database",
        default: "sqlite://data/admin.db",
        secret: true,
    },
    plain("DATABASE_SCHEMA", "responder", "the schema in a PostgreSQL database"),
    plain("DATABASE_CONNECTIONS", "8", "connections to a PostgreSQL server"),
    plain("TRUSTED_PROXIES", "", "addresses of proxies in front, such as 10.0.0.0/8"),
    plain("BRANCHES", "tuc=Tucson,poc=Pocatello,rex=Rexburg", "keys and names of the branches"),
    secret("SETTINGS_KEY", "seals secrets in the database: 32 random bytes, such as of `openssl rand -hex 32`"),
    secret("SETTINGS_KEY_PREVIOUS", "the key before, while it is being changed"),
    plain("ADMIN_USERNAME", "admin", "the first user, made when there is none"),
    secret("ADMIN_PASSWORD", "their password; one is made up and shown once if there is none"),
    plain("NOTIFICATION_PHONE", "", "who is told by text what is done with branches"),
    plain("TWILIO_ACCOUNT_SID", "", "the account that such texts are sent with"),
    secret("TWILIO_AUTH_TOKEN", "its auth token"),
    plain("TWILIO_PHONE_NUMBER", "", "the number that they come from"),
    plain("TWILIO_API_URL", "https://api.twilio.com", "the REST API: the simulator's in tests"),
    plain("FLASK_SECRET_KEY", "", "not used: sessions are kept in the database"),
    plain("DATABASE_PATH", "", "not used: see DATABASE_URL"),
    plain("RUST_LOG", "info", "how much is written to the console"),
];

/// What `--help` says of the others.
pub(crate) const OF_BRANCHES: &str = "\
And of each branch, after its key in capitals, such as TUC:
  TUC_URL                        where this server reaches the branch
  TUC_TOKEN                      the BRANCH_TOKEN of the branch (or TUC_TOKEN_FILE)
  TUC_PUBLIC_URL                 where the world reaches it, to be shown
  TUC_<SETTING>                  a setting of the branch, as long as none is stored: TUC_RECIPIENT_PHONES, ...";

/// All of them, also those of each branch. They are the same until the process ends.
pub(crate) fn all(prefixes: &[String]) -> &'static [Variable] {
    let named = |prefix: &str, name: &str| -> &'static str { format!("{prefix}_{name}").leak() };
    let mut all = SERVER.to_vec();
    for prefix in prefixes {
        all.push(secret(named(prefix, "TOKEN"), ""));
        all.extend(["URL", "PUBLIC_URL"].map(|name| plain(named(prefix, name), "", "")));
        let settings = SETTINGS.iter();
        all.extend(settings.map(|setting| secret(named(prefix, setting.variable), setting.about)));
    }
    all.leak()
}
