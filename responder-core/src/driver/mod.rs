//! What drives emergencies on: time, and the dispatcher that carries out what was committed.

#[cfg(feature = "runtime")]
mod background_task;
mod clock;
#[cfg(feature = "runtime")]
mod deadlines;
#[cfg(feature = "runtime")]
mod dispatcher;
#[cfg(feature = "runtime")]
mod log_pump;
#[cfg(feature = "admin")]
mod notice_pump;
#[cfg(feature = "runtime")]
mod run;
#[cfg(feature = "runtime")]
mod signals;
#[cfg(feature = "runtime")]
mod sleeper;
#[cfg(feature = "runtime")]
mod webhooks;

#[cfg(feature = "runtime")]
pub use background_task::BackgroundTask;
#[cfg(feature = "mock")]
pub use clock::MockClock;
pub use clock::{Clock, ManualClock, SystemClock};
#[cfg(feature = "runtime")]
pub use dispatcher::{Dispatcher, DispatcherSettings};
#[cfg(feature = "runtime")]
pub use log_pump::LogPump;
#[cfg(feature = "admin")]
pub use notice_pump::NoticePump;
#[cfg(all(feature = "mock", feature = "runtime"))]
pub use sleeper::MockSleeper;
#[cfg(feature = "runtime")]
pub use sleeper::{Sleeper, TokioSleeper};
#[cfg(feature = "runtime")]
pub use webhooks::{WebhookSettings, Webhooks};
