//! Sets of ports.

use std::fmt;
use std::str::FromStr;

use addresses::{Span, SpanSet};
use thiserror::Error;

use crate::icmp;
use crate::protocol::Protocol;

/// A set of TCP or UDP ports, or of ICMP types and codes.
///
/// As text, as in the parameters of `vpc-sg-open-only-to-authorized-ports`: `443,1020-1025`. Empty text
/// is the empty set.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortSet(SpanSet<u16>);

/// Why a text is not a set of ports.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PortSetError {
    /// Neither a number from 0 to 65535 nor two with a hyphen between.
    #[error("`{0}` is neither a port (0 to 65535) nor a range of ports")]
    NotAPort(String),
    /// The range ends before it starts.
    #[error("the range of ports `{0}` ends before it starts")]
    Backwards(String),
}

impl PortSet {
    /// Every port.
    #[must_use]
    pub fn full() -> Self {
        Self(SpanSet::full())
    }

    /// The ports as a set of numbers.
    #[must_use]
    pub fn as_set(&self) -> &SpanSet<u16> {
        &self.0
    }

    /// Reads one port or one range: `443` or `1020-1025`.
    ///
    /// # Errors
    /// The text is something else, a list with commas too.
    pub fn range(text: &str) -> Result<Self, PortSetError> {
        range(text).map(|ports| Self(ports.into()))
    }

    /// The messages of an ICMP type: those of one code, or all.
    #[must_use]
    pub fn icmp(kind: u8, code: Option<u8>) -> Self {
        let span = match code {
            Some(code) => Span::single(icmp::one_code(kind, code)),
            None => icmp::all_codes(kind),
        };
        Self(span.into())
    }

    /// The ranges, lowest first, as a person reads them: `22`, `80-443`; for ICMP `type 8`. None for a protocol
    /// without ports.
    #[must_use]
    pub fn describe(&self, protocol: &Protocol) -> Vec<String> {
        if !protocol.has_ports() {
            return Vec::new();
        }
        let describe = if protocol.is_icmp() { icmp::describe } else { describe_ports };
        self.0.spans().iter().copied().map(describe).collect()
    }
}

fn describe_ports(span: Span<u16>) -> String {
    if span.first() == span.last() {
        span.first().to_string()
    } else {
        format!("{}-{}", span.first(), span.last())
    }
}

impl From<SpanSet<u16>> for PortSet {
    fn from(ports: SpanSet<u16>) -> Self {
        Self(ports)
    }
}

impl<const N: usize> From<[u16; N]> for PortSet {
    fn from(ports: [u16; N]) -> Self {
        Self(ports.into_iter().map(Span::single).collect())
    }
}

impl FromStr for PortSet {
    type Err = PortSetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let items = text.split(',').map(str::trim);
        items.filter(|item| !item.is_empty()).map(range).collect::<Result<_, _>>().map(Self)
    }
}

/// `443` or `1020-1025`.
fn range(text: &str) -> Result<Span<u16>, PortSetError> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let port = |number: &str| {
        let digits = number.trim();
        // What Rust would take besides digits is a plus sign.
        let port = if digits.starts_with('+') { None } else { digits.parse().ok() };
        port.ok_or_else(|| PortSetError::NotAPort(text.to_owned()))
    };
    Span::new(port(first)?, port(last)?).ok_or_else(|| PortSetError::Backwards(text.to_owned()))
}

impl fmt::Display for PortSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(&Protocol::Tcp).join(","))
    }
}
