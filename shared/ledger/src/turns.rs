//! Whose turn it is to do something that only one may do at a time: an item each.

use std::time::SystemTime;

use remediation::CallError;
use remediation::clock::Clock;

use crate::item::{key, millis, text};
use crate::standings::Expression;
use crate::table::Table;

/// The sort key. It begins with a letter; those of records and of what waits for a digest begin with the year.
const TURN: &str = "turn";

impl<K: Clock> Table<K> {
    pub(crate) async fn take_turn(
        &self,
        of: &str,
        holder: &str,
        now: SystemTime,
        until: SystemTime,
    ) -> Result<bool, CallError> {
        let change = Expression::new(
            "SET #lease_until = :until, #holder = :holder",
            [(":until", millis(until)), (":holder", text(holder))],
        );
        // The answer to an earlier try may have got lost.
        let is_free = "attribute_not_exists(#lease_until) OR #lease_until <= :now OR #holder = :holder";
        let condition = Expression::new(is_free, [(":now", millis(now))]);
        self.update_alone(key(of, TURN), &change, &condition).await
    }

    pub(crate) async fn end_turn(&self, of: &str, holder: &str) -> Result<(), CallError> {
        let change = Expression::new("REMOVE #lease_until, #holder", []);
        let condition = Expression::new("#holder = :holder", [(":holder", text(holder))]);
        // Where it is somebody else's by now, it is over.
        self.update_alone(key(of, TURN), &change, &condition).await.map(drop)
    }
}
