//! Feeds any text to the parser, and whatever it reads to the decision.
//!
//! `cargo +nightly fuzz run decide`; `tests/behaviour/fuzz.rs` runs inputs of the same kind without it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::{Asking, Policy, Trust, analyse, explain_text};
use std::time::UNIX_EPOCH;

fuzz_target!(|text: &str| {
    if let Ok(policy) = Policy::parse(text) {
        let analysis = analyse(&policy, Asking { trust: &Trust::default(), now: UNIX_EPOCH });
        assert!(analysis.documented || !analysis.semantic.public);
        let _ = explain_text(&policy, &analysis, "bucket");
    }
});
