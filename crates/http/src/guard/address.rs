//! Where somebody comes from, as far as it tells one caller from another.

use std::net::{IpAddr, Ipv6Addr};

/// An IPv4 address, or the network of an IPv6 address: who has one address of those has 2⁶⁴.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Address(Option<IpAddr>);

/// The part of an IPv6 address that a provider gives to one customer.
const NETWORK: u128 = !0 << 64;

impl Address {
    pub(super) fn of(peer: Option<IpAddr>) -> Self {
        Self(peer.map(|ip| match ip.to_canonical() {
            IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & NETWORK)),
            ip @ IpAddr::V4(_) => ip,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::of(Some(text.parse().unwrap()))
    }

    #[test]
    fn a_network_of_ipv6_is_one_caller_and_ipv4_is_the_same_in_both_forms() {
        assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff::9"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_eq!(address("::ffff:10.0.0.1"), address("10.0.0.1"));
        assert_ne!(address("10.0.0.1"), address("10.0.0.2"));
    }
}
