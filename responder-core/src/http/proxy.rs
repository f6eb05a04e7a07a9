//! Whose address counts as the caller's.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use http::HeaderMap;

/// The proxies whose `X-Forwarded-For` is believed: addresses and networks, such as `10.0.0.0/8, ::1`.
///
/// Of that list, which every proxy adds to at its end, the last address counts that is not a trusted proxy itself;
/// whatever stands before it was written by somebody we don't know. Without trusted proxies it is not read at all.
///
/// ```
/// use http::HeaderMap;
/// use responder_core::http::TrustedProxies;
///
/// let proxies: TrustedProxies = "10.0.0.0/8".parse()?;
/// let mut headers = HeaderMap::new();
/// headers.insert("x-forwarded-for", "192.0.2.1, 203.0.113.7, 10.1.1.1".parse()?);
/// assert_eq!(proxies.client([10, 0, 0, 2].into(), &headers).to_string(), "203.0.113.7");
/// assert_eq!(proxies.client([192, 0, 2, 9].into(), &headers).to_string(), "192.0.2.9", "no proxy of ours");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u32,
}

/// Why a text names no proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("trusted proxies are addresses or networks (10.0.0.0/8), separated by commas")]
pub struct TrustedProxiesError;

impl TrustedProxies {
    /// The address of the caller, when `socket` is whom we are connected with.
    pub fn client(&self, socket: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = socket.to_canonical();
        let lists = headers.get_all("x-forwarded-for").iter().rev();
        // A value that is no text ends the list: what is before it can't be attributed to anybody.
        let entries = lists.map_while(|list| list.to_str().ok()).flat_map(|list| list.rsplit(','));
        for entry in entries {
            if !self.contains(client) {
                return client;
            }
            match address(entry.trim()) {
                Some(before) => client = before.to_canonical(),
                None => return client,
            }
        }
        client
    }

    fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                (ours.to_bits() ^ theirs.to_bits()).checked_shr(32 - self.prefix).unwrap_or(0) == 0
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                (ours.to_bits() ^ theirs.to_bits()).checked_shr(128 - self.prefix).unwrap_or(0) == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for TrustedProxies {
    type Err = TrustedProxiesError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(network).collect::<Option<_>>().map(Self).ok_or(TrustedProxiesError)
    }
}

fn network(text: &str) -> Option<Network> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.map_or(Some(most), |prefix| prefix.parse().ok())?;
    (prefix <= most).then_some(Network { address, prefix })
}

/// With or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &str, socket: &str, lists: &[&str]) -> String {
        let proxies: TrustedProxies = proxies.parse().expect("proxies");
        let mut headers = HeaderMap::new();
        for list in lists {
            headers.append("x-forwarded-for", list.parse().expect("a value"));
        }
        proxies.client(socket.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn the_last_address_that_no_proxy_of_ours_has_counts() {
        let cases = [
            ("", "10.0.0.1", &["192.0.2.1"][..], "10.0.0.1"),
            ("10.0.0.1", "10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", "10.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", "10.0.0.1", &["192.0.2.1, 192.0.2.2:80"], "192.0.2.2"),
            ("10.0.0.0/8", "10.9.9.9", &["192.0.2.1", "192.0.2.2, 10.2.2.2"], "192.0.2.2"),
            ("10.0.0.0/8", "10.9.9.9", &["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
            ("10.0.0.0/8", "10.9.9.9", &["192.0.2.1, unknown"], "10.9.9.9"),
            ("10.0.0.0/8", "::ffff:10.0.0.1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("2001:db8::/32", "2001:db8:1::2", &["[2001:db9::1]"], "2001:db9::1"),
            ("0.0.0.0/0", "192.0.2.9", &["192.0.2.1, 192.0.2.2"], "192.0.2.1"),
            ("::/0", "192.0.2.9", &["192.0.2.1"], "192.0.2.9"),
        ];
        for (proxies, socket, lists, expected) in cases {
            assert_eq!(client(proxies, socket, lists), expected, "{proxies} {socket} {lists:?}");
        }
    }

    #[test]
    fn wrong_networks_are_refused() {
        for bad in ["x", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8"] {
            assert_eq!(bad.parse::<TrustedProxies>(), Err(TrustedProxiesError), "{bad}");
        }
    }
}
