//! One node: a branch, its endpoints, its dispatcher; and the way from it to the provider.

use std::{
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use responder::{
    branch::{Branch, BranchSettings},
    driver::Dispatcher,
    http::{Endpoints, Key, Keys, Signatures, branch::endpoints},
    notify::Notifier,
    script::{Links, Script},
    signature::AuthTokens,
    store::EmergencyStore,
    telephony::{HttpTransport, HttpTransportError, Telephony, TwilioClient},
};
use tokio::{task::AbortHandle, time::sleep};

use crate::{cast, dice::Dice, life::Life, scene::Scene, store::NodeStore, world::Trouble};

/// The public address of the branch.
pub(crate) const HOST: &str = "branch.example.com";
/// Its name in the store.
pub(crate) const BRANCH: &str = "faults";
pub(crate) const TOKEN: &str = "the-token-of-the-reporter";

/// What may be put between a node and the world.
pub(crate) trait Tampering: Send + Sync {
    fn with_store(&self, store: Arc<dyn EmergencyStore>) -> Arc<dyn EmergencyStore> {
        store
    }

    fn with_telephony(&self, telephony: Arc<dyn Telephony>) -> Arc<dyn Telephony> {
        telephony
    }

    fn with_notifier(&self, notifier: Arc<dyn Notifier>) -> Arc<dyn Notifier> {
        notifier
    }

    /// An answer that the application gives without being asked.
    fn instead(&self, _: &Asked<'_>) -> Option<String> {
        None
    }

    /// What becomes of an answer of the application.
    fn rewritten(&self, answer: String) -> String {
        answer
    }
}

/// A request to the application.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) body: &'a str,
}

impl<'a> Asked<'a> {
    /// Whether a pair of name and value is in its query or body.
    pub(crate) fn says(&self, pair: &str) -> bool {
        self.query.split('&').chain(self.body.split('&')).any(|said| said == pair)
    }

    pub(crate) fn emergency(&self) -> Option<&'a str> {
        self.query.split('&').find_map(|pair| pair.strip_prefix("emergency_id="))
    }
}

/// Nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Untouched;

impl Tampering for Untouched {}

pub(crate) struct Node {
    pub(crate) endpoints: Endpoints,
    pub(crate) life: Arc<Life>,
    dispatcher: AbortHandle,
}

impl Node {
    pub(crate) fn start(
        scene: &Arc<Scene>,
        tampering: &dyn Tampering,
        number: u64,
        seed: u64,
    ) -> Result<Self, Trouble> {
        let life = Arc::new(Life::new());
        let dice = |purpose| Mutex::new(Dice::new(seed, purpose + number));
        let (inner, dice_of_store) = (Arc::clone(&scene.store), dice(100));
        let store = NodeStore { inner, scene: Arc::clone(scene), life: Arc::clone(&life), dice: dice_of_store };
        let wire = Wire {
            inner: scene.network.transport(),
            scene: Arc::clone(scene),
            life: Arc::clone(&life),
            dice: dice(200),
        };
        let network = &scene.network;
        let telephony = TwilioClient::builder(network.account_sid(), network.auth_token().into())
            .base_url(network.url())
            .calls_per_second(NonZeroU32::MIN)
            .clock(Arc::clone(&scene.clock))
            .transport(Arc::new(wire))
            .build()?;
        let mut settings = BranchSettings::new(scene.plan.policy.clone(), cast::BRANCH.parse()?)?;
        settings.automated_number = cast::AUTOMATED.parse()?;
        let script = Script {
            company_name: "Ivy Plumbing".to_owned(),
            recording_notice: scene.plan.recording_notice.clone(),
            ..Script::default()
        };
        let branch = Branch::new(
            BRANCH.parse()?,
            settings.checked()?,
            tampering.with_store(Arc::new(store)),
            tampering.with_telephony(Arc::new(telephony)),
            script,
            Links::new(format!("https://{HOST}").parse()?),
        );
        let branch = Arc::new(branch.with_notifier(tampering.with_notifier(Arc::clone(&scene.post) as _)));
        let keys = Keys {
            signatures: Signatures::Checked(AuthTokens::new(network.auth_token().into())?),
            intake_token: Some(Key::new(TOKEN.into())?),
            ..Keys::default()
        };
        let endpoints = endpoints(&branch).keys(keys).build()?;
        let dispatcher = Dispatcher::new(branch, format!("node-{number}").parse()?);
        let dispatcher = tokio::spawn(dispatcher.run(std::future::pending())).abort_handle();
        Ok(Self { endpoints, life, dispatcher })
    }

    /// Ends what of a dead node still runs.
    pub(crate) fn bury(&self) {
        self.dispatcher.abort();
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("life", &self.life).finish_non_exhaustive()
    }
}

/// The way to the provider, which takes its time in both directions: callbacks overtake answers.
#[derive(Debug)]
struct Wire {
    inner: Arc<dyn HttpTransport>,
    scene: Arc<Scene>,
    life: Arc<Life>,
    dice: Mutex<Dice>,
}

impl Wire {
    async fn travel(&self) {
        let latency = self.dice.lock().unwrap_or_else(PoisonError::into_inner).millis(5..=250);
        sleep(latency).await;
    }
}

#[async_trait]
impl HttpTransport for Wire {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpTransportError> {
        self.scene.cross(&self.life).await;
        self.travel().await;
        let answer = self.inner.send(request).await;
        self.travel().await;
        self.scene.cross(&self.life).await;
        answer
    }
}
