//! Which rules are open to the world.

use ipnet::{Ipv4Net, Ipv6Net};
use remediation::settings::{Icmp, SgSettings};
use remediation::{Remedy, Severity};

use crate::rule::Protocol;
use crate::{Rule, Source};

/// Why a rule is not acceptable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) severity: Severity,
    pub(crate) remedy: Remedy,
}

/// Whether an inbound rule lets the whole world in where the settings do not allow that.
pub(crate) fn open(rule: &Rule, settings: &SgSettings) -> Option<Open> {
    if rule.is_egress || !is_world(&rule.source) {
        return None;
    }
    let close = |severity| Some(Open { severity, remedy: Remedy::Close });
    let (from, to) = rule.ports();
    let width = |authorized: bool| match to.saturating_sub(from) {
        _ if authorized => None,
        u16::MAX => close(Severity::Critical),
        _ => close(Severity::High),
    };
    match rule.protocol() {
        Protocol::Tcp => width(settings.authorized_tcp_ports.cover(from, to)),
        Protocol::Udp => width(settings.authorized_udp_ports.cover(from, to)),
        Protocol::Icmp => {
            let remedy = if settings.icmp == Icmp::Revoke { Remedy::Close } else { Remedy::Report };
            Some(Open { severity: Severity::Low, remedy })
        }
        Protocol::Other => close(Severity::Critical),
    }
}

/// A block of length 0 is the world, however its address is written: `10.0.0.0/0` is `0.0.0.0/0`.
fn is_world(source: &Source) -> bool {
    match source {
        Source::Ipv4(cidr) => cidr.parse::<Ipv4Net>().is_ok_and(|block| block.prefix_len() == 0),
        Source::Ipv6(cidr) => cidr.parse::<Ipv6Net>().is_ok_and(|block| block.prefix_len() == 0),
        _ => false,
    }
}
