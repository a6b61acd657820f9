//! Where a function is.

use events::{AccountId, Region};
use remediation::Place;

/// The account and the Region of a function: AWS Config takes what it says about resources in there, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
}

impl Home {
    /// Where the function of this ARN is; `None` where it is no function's.
    #[must_use]
    pub fn of(function_arn: &str) -> Option<Self> {
        let mut parts = function_arn.split(':');
        let (arn, _, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, account) = (Region::new(parts.next()?)?, AccountId::new(parts.next()?)?);
        (arn == "arn" && service == "lambda").then_some(Self { account, region })
    }

    /// The same, as what is listed is asked for.
    #[must_use]
    pub fn place(&self) -> Place<'_> {
        Place { account: &self.account, region: &self.region }
    }
}
