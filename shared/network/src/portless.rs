//! Protocols that have no ports.

use std::fmt;

use crate::iana;
use crate::protocol::Protocol;

/// A protocol without ports, such as GRE or ESP. A rule for it opens it as a whole, and no port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Portless {
    // INVARIANT: none of the numbers of `Protocol::WITH_PORTS`.
    number: Option<u8>,
    text: String,
}

impl Portless {
    /// The protocol of this number, `None` if it has ports, or type and code.
    #[must_use]
    pub fn of_number(number: u8) -> Option<Self> {
        Self::of(Protocol::from(number.to_string().as_str()))
    }

    /// The protocol that IANA calls so, in any case; `None` if there is none, or if it has ports, or type and code.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::of(name.into()).filter(|protocol| protocol.number.is_some())
    }

    /// The number, where it is known.
    #[must_use]
    pub fn number(&self) -> Option<u8> {
        self.number
    }

    /// The number as AWS writes it; for a name that nobody knows, that name in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn numbered(number: u8) -> Self {
        Self { number: Some(number), text: number.to_string() }
    }

    pub(crate) fn unknown(name: String) -> Self {
        Self { number: None, text: name }
    }

    fn of(protocol: Protocol) -> Option<Self> {
        if let Protocol::Portless(protocol) = protocol { Some(protocol) } else { None }
    }
}

impl fmt::Display for Portless {
    /// Such as `47 (GRE)`, or `253` for one without a name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match self.number.and_then(iana::name) {
            Some(name) => write!(f, " ({name})"),
            None => Ok(()),
        }
    }
}
