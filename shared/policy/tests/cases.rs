//! The collected policies, where they are at hand.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    reason = "a test may panic"
)]

mod support;

use std::io::{BufRead, BufReader, Write};

use serde_json::Value;
use support::verdicts;

#[test]
fn the_collected_policies_get_their_verdicts() {
    let places = ["../../../shared/cases/policies.jsonl", "../../shared/cases/policies.jsonl"];
    let open = |place| std::fs::File::open(format!("{}/{place}", env!("CARGO_MANIFEST_DIR"))).ok();
    let Some(file) = places.into_iter().find_map(open) else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: the collected policies are not there");
        return;
    };
    let mut seen = 0;
    for line in BufReader::new(file).lines() {
        let case: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let expected = (case["documented"].as_bool().unwrap(), case["semantic"].as_bool().unwrap());
        assert_eq!(verdicts(&case["policy"]), expected, "{}", case["name"]);
        seen += 1;
    }
    assert!(seen > 0);
}
