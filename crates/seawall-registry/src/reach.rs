//! Addresses, by who can be met there: whoever names an image names a host, and its name may lead anywhere.
//!
//! Sources: IANA's special-purpose address registries (RFC 6890 and its updates); the documents of clouds for where they answer
//! questions of a machine about itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where an address leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Anywhere in the internet.
    Public,
    /// A network of somebody's own: registries in a cluster are there, and much else.
    Private,
    /// This machine.
    Machine,
    /// Who is beside this machine or all at once: there are no registries, and clouds keep credentials there.
    Beside,
}

impl Reach {
    /// Where that address leads. One that carries an IPv4 address in it leads where that one does.
    pub(crate) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(four) => of_four(four),
            IpAddr::V6(six) => embedded(six).map_or_else(|| of_six(six), of_four),
        }
    }
}

/// Where clouds answer a machine about itself at an address that nothing else gives away: Alibaba, Azure, Oracle.
const METADATA: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(192, 0, 0, 192)];

fn of_four(four: Ipv4Addr) -> Reach {
    match four.octets() {
        [0 | 127, ..] => Reach::Machine,
        [169, 254, ..] | [224..=255, ..] => Reach::Beside,
        _ if METADATA.contains(&four) => Reach::Beside,
        // The third is for carriers, the fourth for protocols, the last for measurements.
        [10, ..] | [192, 168, ..] | [100, 64..=127, ..] | [192, 0, 0, _] | [198, 18..=19, ..] => {
            Reach::Private
        }
        [172, 16..=31, ..] => Reach::Private,
        _ => Reach::Public,
    }
}

fn of_six(six: Ipv6Addr) -> Reach {
    match six.segments() {
        // AWS keeps this much for its services, and Google one address.
        [0xfd00, 0x0ec2, ..] | [0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254] => Reach::Beside,
        [0xfe80..=0xfebf | 0xff00..=0xffff, ..] => Reach::Beside,
        // Unique local, and the site-local addresses that were before them.
        [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => Reach::Private,
        _ => Reach::Public,
    }
}

/// The IPv4 address that an IPv6 address carries: mapped and compatible ones, those of NAT64 (well-known and local prefix,
/// RFC 6052 and 8215) and of 6to4.
fn embedded(six: Ipv6Addr) -> Option<Ipv4Addr> {
    let four = |high: u16, low: u16| {
        let [[a, b], [c, d]] = [high, low].map(u16::to_be_bytes);
        Ipv4Addr::new(a, b, c, d)
    };
    match six.segments() {
        // The loopback address and the one that is none are here too.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Some(Ipv4Addr::LOCALHOST),
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, _, _, _, high, low]
        | [0x2002, high, low, ..] => Some(four(high, low)),
        _ => None,
    }
}

/// Whether a name is an address, or would be one to those who read numbers generously (`127.1`, `0x7f000001`): nobody else
/// than whoever connects can say which.
pub(crate) fn is_numeric(name: &str) -> bool {
    let last = name.trim_end_matches('.').rsplit('.').next().unwrap_or(name);
    let digits = last.bytes().all(|byte| byte.is_ascii_digit());
    let hex = last.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    !last.is_empty() && (digits || hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_addresses_lead() {
        for (reach, addresses) in [
            (Reach::Public, &["8.8.8.8", "172.32.0.1", "100.128.0.1", "2001:db8::1", "64:ff9b::808:808"][..]),
            (
                Reach::Private,
                &[
                    "10.0.0.1",
                    "172.16.0.1",
                    "172.31.255.255",
                    "192.168.1.1",
                    "100.64.0.1",
                    "198.18.0.1",
                    "fd00::1",
                    "fc00::1",
                    "fec0::1",
                    "::ffff:10.0.0.1",
                    "64:ff9b::a00:1",
                ],
            ),
            (
                Reach::Machine,
                &[
                    "127.0.0.1",
                    "127.9.9.9",
                    "0.0.0.0",
                    "0.0.0.1",
                    "::",
                    "::1",
                    "::127.0.0.1",
                    "::ffff:127.0.0.1",
                    "64:ff9b::7f00:1",
                    "64:ff9b:1::7f00:1",
                    "2002:7f00:1::",
                ],
            ),
            (
                Reach::Beside,
                &[
                    "169.254.169.254",
                    "169.254.170.23",
                    "168.63.129.16",
                    "100.100.100.200",
                    "192.0.0.192",
                    "224.0.0.1",
                    "255.255.255.255",
                    "240.0.0.1",
                    "fe80::1",
                    "febf::1",
                    "ff02::1",
                    "fd00:ec2::254",
                    "fd20:ce::254",
                    "::ffff:169.254.169.254",
                    "64:ff9b::a9fe:a9fe",
                    "2002:a9fe:a9fe::1",
                ],
            ),
        ] {
            for address in addresses {
                assert_eq!(Reach::of(address.parse().unwrap()), reach, "{address}");
            }
        }
    }

    #[test]
    fn names_that_are_numbers() {
        for (name, numeric) in [
            ("127.0.0.1", true),
            ("127.1", true),
            ("2130706433", true),
            ("0x7f000001", true),
            ("10.0x1", true),
            ("127.0.0.1.", true),
            ("1.example", false),
            ("example.0xg", false),
            ("example", false),
            ("", false),
        ] {
            assert_eq!(is_numeric(name), numeric, "{name}");
        }
    }
}
