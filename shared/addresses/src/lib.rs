//! Sets of IP addresses and ports as numbers on a line, so that no spelling, order or split makes a difference.
//!
//! - [`SpanSet`]: a set of numbers, and its algebra.
//! - [`Addresses`]: a set of addresses of both families.
//! - [`Address::public`]: the one table of the internet.
//!
//! ```
//! use addresses::{Addresses, parse_block};
//!
//! let halves = ["0.0.0.0/1", "128.0.0.0/1"].map(parse_block).into_iter().collect::<Result<Addresses, _>>()?;
//! assert!(halves.covers_internet());
//! # Ok::<(), addresses::BlockError>(())
//! ```

mod address;
mod block;
mod internet;
mod set;
mod span;
mod span_set;

pub use address::{Address, Family};
pub use block::{BlockError, parse_block};
pub use ipnet::{IpNet, Ipv4Net, Ipv6Net};
pub use set::Addresses;
pub use span::{Point, Span};
pub use span_set::SpanSet;
