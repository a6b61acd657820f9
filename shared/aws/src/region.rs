//! A client for each Region: a service answers for its own resources only.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use events::Region;

/// Clients of one service, one a Region, made when they are first needed.
#[derive(Clone)]
pub struct PerRegion<C> {
    make: Arc<dyn Fn(aws_types::region::Region) -> C + Send + Sync>,
    made: Arc<Mutex<HashMap<Region, C>>>,
}

impl<C: Clone> PerRegion<C> {
    /// Clients that `make` makes for a Region.
    pub fn new(make: impl Fn(aws_types::region::Region) -> C + Send + Sync + 'static) -> Self {
        Self { make: Arc::new(make), made: Arc::default() }
    }

    /// One client for all Regions, as a test has it.
    pub fn always(client: C) -> Self
    where
        C: Send + Sync + 'static,
    {
        Self::new(move |_| client.clone())
    }

    /// The client of this Region.
    #[must_use]
    pub fn of(&self, region: &Region) -> C {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = made.get(region) {
            return client.clone();
        }
        let client = (self.make)(sdk_region(region));
        made.insert(region.clone(), client.clone());
        client
    }
}

impl<C> fmt::Debug for PerRegion<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_set().entries(made.keys()).finish()
    }
}

/// The Region as the SDK has it.
#[must_use]
pub fn sdk_region(region: &Region) -> aws_types::region::Region {
    aws_types::region::Region::new(region.as_str().to_owned())
}
