//! The table: which endpoint is asked.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::Method;

use super::path::segments;
use super::ticket::Tickets;
use super::{
    Access, AllowedOrigins, BodyRule, BranchScope, Credential, Endpoint, Handler, Keys, Params, PathTemplate,
    TrustedProxies,
};
use crate::{PublicUrl, access::Need, driver::Clock};

/// All endpoints of a service. A clone is another handle to the same table.
///
/// Adapters carry requests to [`serve`](Self::serve) and answers back; routing, access and limits are here.
///
/// ```
/// use responder_core::http::{Access, Call, Endpoint, Endpoints, no_content};
///
/// let endpoints = Endpoints::builder("https://help.example.com/tuc".parse()?)
///     .endpoint(Endpoint::get("/healthz", Access::Public, async |_call: Call| Ok(no_content())))
///     .build()?;
/// assert!(endpoints.owns("/healthz") && !endpoints.owns("/healthz/"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Endpoints(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    public: PublicUrl,
    proxies: TrustedProxies,
    origins: AllowedOrigins,
    tickets: Tickets,
    timer: Option<Timer>,
    /// Replaced as a whole when settings change; never held while anything is awaited.
    keys: Arc<RwLock<Arc<Keys>>>,
    routes: Vec<Route>,
}

/// Everything at one path.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) path: PathTemplate,
    endpoints: Vec<Endpoint>,
}

/// Puts a table together.
#[derive(Clone, Debug)]
pub struct EndpointsBuilder {
    public: PublicUrl,
    proxies: TrustedProxies,
    origins: AllowedOrigins,
    tickets: Tickets,
    timer: Option<Timer>,
    keys: Keys,
    endpoints: Vec<Endpoint>,
}

/// Makes futures that complete when a body has taken too long.
#[derive(Clone)]
pub(super) struct Timer(Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>);

/// Why there can be no such table. Each names the path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// It is no path template.
    #[error("{0:?} is not a valid path template")]
    Path(String),
    /// Two endpoints would answer the same request.
    #[error("{0} {1} is declared twice")]
    Duplicate(Method, String),
    /// `HEAD` and `OPTIONS` are answered by the table itself.
    #[error("{0} {1}: this method is not for endpoints")]
    Method(Method, String),
    /// An empty list of credentials lets nobody in.
    #[error("{0} can be called by nobody")]
    NobodyMayCall(String),
    /// What is signed is the body, and it would not be read.
    #[error("{0} takes a signed body and reads none")]
    SignedBodyUnread(String),
    /// Addresses are written down in many places, so that a ticket in one must not let anybody change something.
    #[error("{0} takes a ticket but is not a GET")]
    TicketToChange(String),
    /// The path has no parameter of that name, so that no token would fit.
    #[error("{0} has no parameter that names the branch")]
    NoBranchParameter(String),
}

impl Endpoints {
    /// An empty table below `public`, which nobody has credentials for.
    pub fn builder(public: PublicUrl) -> EndpointsBuilder {
        EndpointsBuilder {
            public,
            proxies: TrustedProxies::default(),
            origins: AllowedOrigins::default(),
            tickets: Tickets::default(),
            timer: default_timer(),
            keys: Keys::default(),
            endpoints: Vec::new(),
        }
    }

    /// Replaces all secrets, for requests from now on. Also for tables that were made from this one.
    pub fn set_keys(&self, keys: Keys) {
        *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    /// Every row of the table, path by path.
    pub fn rows(&self) -> impl Iterator<Item = &Endpoint> {
        self.0.routes.iter().flat_map(|route| &route.endpoints)
    }

    /// Every path, once.
    pub fn templates(&self) -> impl Iterator<Item = &PathTemplate> {
        self.0.routes.iter().map(|route| &route.path)
    }

    /// Whether anything is at this path, below the mount point and as the caller wrote it.
    pub fn owns(&self, raw_path: &str) -> bool {
        self.route(raw_path).is_some()
    }

    /// The address of the mount point.
    pub fn public_url(&self) -> &PublicUrl {
        &self.0.public
    }

    /// The same table with other handlers: to count and call the old, or for tests.
    #[must_use]
    pub fn map_handlers(&self, mut change: impl FnMut(&Endpoint) -> Arc<dyn Handler>) -> Self {
        let mut routes = Vec::with_capacity(self.0.routes.len());
        for route in &self.0.routes {
            let endpoints = route.endpoints.iter().map(|row| row.clone().with_handler(change(row))).collect();
            routes.push(Route { path: route.path.clone(), endpoints });
        }
        let Inner { public, proxies, origins, tickets, timer, keys, routes: _ } = &*self.0;
        Self(Arc::new(Inner {
            public: public.clone(),
            proxies: proxies.clone(),
            origins: origins.clone(),
            tickets: tickets.clone(),
            timer: timer.clone(),
            keys: keys.clone(),
            routes,
        }))
    }

    pub(super) fn keys(&self) -> Arc<Keys> {
        self.0.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn proxies(&self) -> &TrustedProxies {
        &self.0.proxies
    }

    pub(super) fn origins(&self) -> &AllowedOrigins {
        &self.0.origins
    }

    pub(super) fn tickets(&self) -> &Tickets {
        &self.0.tickets
    }

    pub(super) fn timer(&self) -> Option<&Timer> {
        self.0.timer.as_ref()
    }

    pub(super) fn route(&self, raw_path: &str) -> Option<(&Route, Params)> {
        let path = segments(raw_path)?;
        self.0.routes.iter().find_map(|route| Some((route, route.path.matches(&path)?)))
    }
}

impl Route {
    /// The endpoint for a method; `HEAD` is asked of the same one as `GET`.
    pub(super) fn endpoint(&self, method: &Method) -> Option<&Endpoint> {
        let wanted = if *method == Method::HEAD { &Method::GET } else { method };
        self.endpoints.iter().find(|endpoint| endpoint.method() == wanted)
    }

    pub(super) fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// The value of `Allow`.
    pub(super) fn allow(&self) -> String {
        let mut methods: Vec<&str> = self.endpoints.iter().map(|endpoint| endpoint.method().as_str()).collect();
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.push("OPTIONS");
        methods.sort_unstable();
        methods.join(", ")
    }
}

impl EndpointsBuilder {
    /// The secrets by which callers are known.
    #[must_use]
    pub fn keys(mut self, keys: Keys) -> Self {
        self.keys = keys;
        self
    }

    /// Whose `X-Forwarded-For` is believed; nobody's, if nothing is said.
    #[must_use]
    pub fn trusted_proxies(mut self, proxies: TrustedProxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// From which other origins pages may ask, and read the answers; from none, if nothing is said.
    #[must_use]
    pub fn allowed_origins(mut self, origins: AllowedOrigins) -> Self {
        self.origins = origins;
        self
    }

    /// By which clock tickets run out; that of this machine, if nothing is said.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.tickets = Tickets::new(clock);
        self
    }

    /// Within what time a body has to come: [10 seconds](BODY_TIMEOUT) if nothing is said, without limit where the
    /// feature `runtime` is off. `start` is called when one has to be waited for, and the request is refused with 408
    /// when the future that it gave completes first.
    #[must_use]
    pub fn body_timer<Lateness>(mut self, start: impl Fn() -> Lateness + Send + Sync + 'static) -> Self
    where
        Lateness: Future<Output = ()> + Send + 'static,
    {
        self.timer = Some(Timer(Arc::new(move || Box::pin(start()))));
        self
    }

    /// Within what time a body has to come. Needs tokio with its timers wherever a request is served.
    #[cfg(feature = "runtime")]
    #[must_use]
    pub fn body_timeout(self, span: Duration) -> Self {
        self.body_timer(move || tokio::time::sleep(span))
    }

    /// Adds a row.
    #[must_use]
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoints.push(endpoint);
        self
    }

    /// Adds rows.
    #[must_use]
    pub fn endpoints(mut self, endpoints: impl IntoIterator<Item = Endpoint>) -> Self {
        self.endpoints.extend(endpoints);
        self
    }

    /// The table.
    ///
    /// # Errors
    /// [`TableError`] names the first row that can't be.
    pub fn build(self) -> Result<Endpoints, TableError> {
        let mut routes: Vec<Route> = Vec::new();
        for endpoint in self.endpoints {
            let path: PathTemplate =
                endpoint.path().parse().map_err(|_| TableError::Path(endpoint.path().to_owned()))?;
            check(&endpoint, &path)?;
            match routes.iter_mut().find(|route| route.path.has_shape_of(&path)) {
                Some(route) if route.path != path || route.endpoint(endpoint.method()).is_some() => {
                    return Err(TableError::Duplicate(endpoint.method().clone(), endpoint.path().to_owned()));
                }
                Some(route) => route.endpoints.push(endpoint),
                None => routes.push(Route { path, endpoints: vec![endpoint] }),
            }
        }
        routes.sort_by(|one, other| one.path.cmp(&other.path));
        let keys = Arc::new(RwLock::new(Arc::new(self.keys)));
        let Self { public, proxies, origins, tickets, timer, .. } = self;
        Ok(Endpoints(Arc::new(Inner { public, proxies, origins, tickets, timer, keys, routes })))
    }
}

/// How long a body may take to come, if nothing else is said. Reporters and the provider send a few KiB at once.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(10);

#[cfg(feature = "runtime")]
fn default_timer() -> Option<Timer> {
    Some(Timer(Arc::new(|| Box::pin(tokio::time::sleep(BODY_TIMEOUT)))))
}

#[cfg(not(feature = "runtime"))]
const fn default_timer() -> Option<Timer> {
    None
}

impl Timer {
    pub(super) fn start(&self) -> BoxFuture<'static, ()> {
        (self.0)()
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Timer")
    }
}

fn check(endpoint: &Endpoint, path: &PathTemplate) -> Result<(), TableError> {
    let (method, named) = (endpoint.method(), || endpoint.path().to_owned());
    if matches!(*method, Method::HEAD | Method::OPTIONS) {
        return Err(TableError::Method(method.clone(), named()));
    }
    if *endpoint.access() == Access::AnyOf(Vec::new()) {
        return Err(TableError::NobodyMayCall(named()));
    }
    for credential in endpoint.access().credentials() {
        let covers_body = match credential {
            Credential::IntakeHmac => true,
            Credential::TwilioSignature => *method != Method::GET,
            Credential::Internal(BranchScope::Parameter(name)) if !path.has_parameter(name) => {
                return Err(TableError::NoBranchParameter(named()));
            }
            Credential::Ticket if *method != Method::GET => return Err(TableError::TicketToChange(named())),
            Credential::Session(need) | Credential::Page(need) => {
                if let Need::Branch { parameter, .. } = need
                    && !path.has_parameter(parameter)
                {
                    return Err(TableError::NoBranchParameter(named()));
                }
                false
            }
            Credential::IntakeToken
            | Credential::Internal(_)
            | Credential::OperatorBasic
            | Credential::UserToken
            | Credential::Ticket => false,
        };
        if covers_body && endpoint.body() == BodyRule::Empty {
            return Err(TableError::SignedBodyUnread(named()));
        }
    }
    Ok(())
}
