//! Which addresses a webhook may go to.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// Whether an address is one of the open internet: nothing of this machine or of the network around it, nobody in
/// particular, no tunnel that ends in such a place (IANA, special-purpose address registries).
///
/// ```
/// use responder_core::notify::is_public;
///
/// assert!(is_public("93.184.215.14".parse()?));
/// for inside in ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"] {
///     assert!(!is_public(inside.parse()?), "{inside}");
/// }
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
pub const fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = match (a, b, c) {
        // This network, private, loopback, link-local, multicast and reserved.
        (0 | 10 | 127 | 224..=255, ..) | (169, 254, _) | (172, 16..=31, _) | (192, 168, _) => true,
        // Behind a carrier's address translation; protocol assignments; relays of 6to4; benchmarks; documentation.
        (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18 | 19, _) => true,
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => true,
        _ => false,
    };
    !is_special
}

const fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // An IPv4 address in the form of IPv6, or behind a translator.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Protocol assignments with Teredo among them; documentation; 6to4, which leads to any IPv4 address.
        [0x2001, 0..=0x01ff, ..] | [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] | [0x2002, ..] => false,
        // Everything that was ever given out lies in here (RFC 4291, IANA "IPv6 Global Unicast Address Space").
        [first, ..] => first >> 13 == 1,
    }
}

/// Hosts that a webhook may go to wherever they are: names or addresses, as they stand in the URL, without port.
///
/// ```
/// use responder_core::notify::AllowedHosts;
///
/// let hosts: AllowedHosts = "hooks.internal, 127.0.0.1, [::1]".parse()?;
/// assert!(hosts.contains("Hooks.Internal.") && hosts.contains("[::1]") && !hosts.contains("localhost"));
/// # Ok::<(), responder_core::notify::AllowedHostsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedHosts(Vec<String>);

/// A text that is no list of hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be a list of host names or addresses, without port or path, with commas between them")]
pub struct AllowedHostsError;

impl AllowedHosts {
    /// Whether this host is among them.
    pub fn contains(&self, host: &str) -> bool {
        let host = written_once(host);
        self.0.contains(&host)
    }
}

impl FromStr for AllowedHosts {
    type Err = AllowedHostsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hosts = text.split(',').map(str::trim).filter(|host| !host.is_empty()).map(|host| {
            let is_name = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
            let is_host = is_name || address_of(host).is_some();
            if is_host { Ok(written_once(host)) } else { Err(AllowedHostsError) }
        });
        hosts.collect::<Result<_, _>>().map(Self)
    }
}

/// The address that a host is, if it is none to be looked up. IPv6 stands in brackets in a URL.
pub(super) fn address_of(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare.parse().ok()
}

/// Each host in one form.
fn written_once(host: &str) -> String {
    match address_of(host) {
        Some(address) => address.to_string(),
        None => host.trim_end_matches('.').to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first and the last address of each special block, and their neighbours outside.
    #[test]
    fn blocks_end_where_they_should() {
        let inside = [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "127.0.0.0",
            "127.255.255.255",
            "169.254.0.0",
            "169.254.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.0",
            "192.0.0.255",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.0",
            "192.168.255.255",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:0:0",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:808:808::1",
            "3fff::1",
            "3fff:fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "ffff::1",
        ];
        for address in inside {
            assert!(!is_public(address.parse().expect(address)), "{address}");
        }
        let outside = [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.88.98.255",
            "192.88.100.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "198.51.101.0",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "8.8.8.8",
            "2000::1",
            "2001:200::1",
            "2001:db7::1",
            "2001:db9::1",
            "2003::1",
            "2606:4700::1111",
            "3ffe::1",
            "3fff:1000::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ];
        for address in outside {
            assert!(is_public(address.parse().expect(address)), "{address}");
        }
    }

    #[test]
    fn a_list_of_hosts_is_read_or_refused() {
        let hosts: AllowedHosts = " A.example,, ::1 ,10.0.0.7,".parse().expect("a list");
        for host in ["a.example", "A.EXAMPLE.", "[::1]", "[0:0::0:1]", "10.0.0.7"] {
            assert!(hosts.contains(host), "{host}");
        }
        for host in ["b.a.example", "example", "10.0.0.70", "[::2]", ""] {
            assert!(!hosts.contains(host), "{host}");
        }
        for odd in ["http://a.example", "a.example:80", "a.example/x", "user@a.example", "[::1]:80", "a b"] {
            assert_eq!(odd.parse::<AllowedHosts>(), Err(AllowedHostsError), "{odd}");
        }
    }
}
