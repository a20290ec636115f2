//! Which addresses a request may go to.
//!
//! It refuses to trust a name: a name is resolved first, and the connection goes to an address that was checked.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Which kinds of addresses are allowed besides public ones.
///
/// Behind a proxy the proxy resolves names, so only addresses written in the URL are checked then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AddressRules {
    /// `127.0.0.0/8`, `::1` and `localhost`.
    pub allow_loopback: bool,
    /// `10/8`, `172.16/12`, `192.168/16`, `100.64/10`, `fc00::/7`.
    pub allow_private: bool,
    /// `169.254/16` and `fe80::/10`: cloud metadata services live here.
    pub allow_link_local: bool,
}

impl AddressRules {
    /// Public addresses only: for documents and keys whose address somebody else wrote.
    pub const PUBLIC: Self = Self {
        allow_loopback: false,
        allow_private: false,
        allow_link_local: false,
    };

    /// Everything: for addresses the user typed.
    pub const ANY: Self = Self {
        allow_loopback: true,
        allow_private: true,
        allow_link_local: true,
    };

    /// Whether the address is allowed.
    pub fn allows(self, address: IpAddr) -> bool {
        match kind(address) {
            Kind::Public => true,
            Kind::Loopback => self.allow_loopback,
            Kind::Private => self.allow_private,
            Kind::LinkLocal => self.allow_link_local,
            // Nothing is served there; a rule that allows everything leaves the answer to the network.
            Kind::Special => self == Self::ANY,
        }
    }

    /// Whether the URL may be asked, as far as its text tells: scheme and written addresses.
    pub fn allows_url(self, url: &Url) -> bool {
        if !matches!(url.scheme(), "http" | "https") {
            return false;
        }
        match url.host() {
            Some(Host::Ipv4(address)) => self.allows(address.into()),
            Some(Host::Ipv6(address)) => self.allows(address.into()),
            Some(Host::Domain(name)) => self.allow_loopback || !is_localhost(name),
            None => false,
        }
    }
}

/// A name resolved only to addresses that are not allowed.
#[derive(Debug, thiserror::Error)]
#[error("{name} is at {address}, which is not allowed here")]
pub(crate) struct RefusedAddress {
    pub(crate) name: String,
    pub(crate) address: IpAddr,
}

/// A name that does not resolve.
#[derive(Debug, thiserror::Error)]
#[error("{name} could not be resolved")]
pub(crate) struct UnknownName {
    pub(crate) name: String,
    #[source]
    pub(crate) cause: Option<io::Error>,
}

/// Resolves by the system and lets through only what the rules allow.
pub(crate) struct RuledResolver {
    rules: AddressRules,
    proxies: BTreeSet<String>,
}

impl fmt::Debug for RuledResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuledResolver")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

impl RuledResolver {
    pub(crate) fn new(rules: AddressRules) -> Self {
        Self {
            rules,
            proxies: proxy_hosts(),
        }
    }
}

impl Resolve for RuledResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        // A proxy is the user's own setting, wherever it is.
        let rules = if self.proxies.contains(&name) {
            AddressRules::ANY
        } else {
            self.rules
        };
        Box::pin(async move {
            let looked_up = tokio::net::lookup_host((name.as_str(), 0))
                .await
                .map(Iterator::collect);
            let found: Vec<SocketAddr> = match looked_up {
                Ok(found) => found,
                Err(cause) => {
                    return Err(UnknownName {
                        name,
                        cause: Some(cause),
                    }
                    .into());
                }
            };
            let Some(first) = found.first().copied() else {
                return Err(UnknownName { name, cause: None }.into());
            };
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|peer| rules.allows(peer.ip()))
                .collect();
            if allowed.is_empty() {
                return Err(RefusedAddress {
                    name,
                    address: first.ip(),
                }
                .into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

enum Kind {
    Public,
    Loopback,
    Private,
    LinkLocal,
    Special,
}

fn kind(address: IpAddr) -> Kind {
    match address {
        IpAddr::V4(v4) => kind_v4(v4),
        IpAddr::V6(v6) => kind_v6(v6),
    }
}

fn kind_v4(address: Ipv4Addr) -> Kind {
    let [a, b, ..] = address.octets();
    if address.is_loopback() {
        Kind::Loopback
    } else if address.is_link_local() {
        Kind::LinkLocal
    } else if address.is_private() || (a == 100 && (64..128).contains(&b)) {
        Kind::Private
    } else if a == 0
        || a >= 224
        || (a == 192 && b == 0 && address.octets()[2] == 0)
        || (a == 198 && (18..20).contains(&b))
    {
        Kind::Special
    } else {
        Kind::Public
    }
}

fn kind_v6(address: Ipv6Addr) -> Kind {
    // ::ffff:a.b.c.d, 64:ff9b::a.b.c.d and 2002:a.b.c.d:: reach IPv4 addresses.
    let segments = address.segments();
    let embedded = match segments {
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    if let Some((high, low)) = embedded {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        return kind_v4(Ipv4Addr::new(a, b, c, d));
    }
    if address.is_loopback() {
        Kind::Loopback
    } else if segments[0] & 0xffc0 == 0xfe80 {
        Kind::LinkLocal
    } else if segments[0] & 0xfe00 == 0xfc00 {
        Kind::Private
    } else if address.is_unspecified() || address.is_multicast() {
        Kind::Special
    } else {
        Kind::Public
    }
}

/// Whether a URL names this machine by a loopback address or `localhost`.
pub(crate) fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => is_localhost(name),
        None => false,
    }
}

/// Whether the environment names a proxy.
pub(crate) fn has_proxy() -> bool {
    !proxy_hosts().is_empty()
}

fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

fn proxy_hosts() -> BTreeSet<String> {
    [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ]
    .into_iter()
    .filter_map(|name| std::env::var(name).ok())
    .filter_map(|value| {
        Url::parse(&value)
            .or_else(|_| Url::parse(&format!("http://{value}")))
            .ok()
    })
    .filter_map(|url| url.host_str().map(str::to_owned))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_pass_by_default() {
        for refused in [
            "127.0.0.1",
            "127.9.9.9",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00:ec2::254",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
        ] {
            assert!(
                !AddressRules::default().allows(refused.parse().unwrap()),
                "{refused} passed"
            );
            assert!(
                AddressRules::ANY.allows(refused.parse().unwrap()),
                "{refused} was refused though all are allowed"
            );
        }
        for public in ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"] {
            assert!(
                AddressRules::default().allows(public.parse().unwrap()),
                "{public} was refused"
            );
        }
    }

    #[test]
    fn urls_are_judged_by_what_they_say() {
        let rules = AddressRules::PUBLIC;
        for refused in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://localhost:80/",
            "http://a.localhost/",
            "http://[::1]/",
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
            "ftp://example.com/",
        ] {
            assert!(
                !rules.allows_url(&Url::parse(refused).unwrap()),
                "{refused} passed"
            );
        }
        assert!(rules.allows_url(&Url::parse("https://example.com/a").unwrap()));
    }
}
