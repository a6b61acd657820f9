//! Groups of a thousand rules, of which each makes another difference.

use std::collections::BTreeSet;

use network::{OpenLevel, Plan, PrefixLists, Rule, Settings, assess};

use crate::given::{applied, rule};

const MANY: u32 = 1_000;

fn rules(of: impl Fn(u32) -> (String, String)) -> Vec<Rule> {
    let rule = |n| {
        let (ports, source) = of(n);
        rule(&format!("sgr-{n:04}"), "tcp", &ports, &source)
    };
    (0..MANY).map(rule).collect()
}

fn revoked(rules: &[Rule], settings: &Settings) -> BTreeSet<String> {
    let assessment = assess(rules, &PrefixLists::default(), settings);
    let plan = Plan::new(rules, &assessment, settings);
    let after = assess(&applied(&plan, rules), &PrefixLists::default(), settings);
    assert!(after.is_closed());
    plan.revoke.iter().map(ToString::to_string).collect()
}

#[test]
fn ranges_within_ranges_from_the_world_all_go() {
    let nested = rules(|n| (format!("{}-{}", 1_000 + n, 60_000 - n), "0.0.0.0/0".to_owned()));
    assert_eq!(revoked(&nested, &Settings::default()).len(), 1_000);
}

#[test]
fn of_ranges_from_either_half_of_the_world_those_go_that_the_other_half_meets() {
    let half = |n: u32| if n.is_multiple_of(2) { "0.0.0.0/1" } else { "128.0.0.0/1" };
    let halves = rules(|n| (format!("{}-{}", 1_000 + n, 60_000 - n), half(n).to_owned()));
    assert_eq!(revoked(&halves, &Settings::default()).len(), 1_000);
}

#[test]
fn blocks_that_are_the_world_together_go_beside_the_world_itself() {
    let block = |n: u32| format!("{}.{}.0.0/9", n / 2 % 256, n % 2 * 128);
    let both = rules(|n| match n {
        0..512 => (format!("{}-{}", 1 + n, 60_000 + n), block(n)),
        _ => (format!("{}-{}", 1 + n, 50_000 - n), "0.0.0.0/0".to_owned()),
    });
    let not_public = 2 * (3 + 32); // 0/8, 10/8, 127/8 and 224/3
    assert_eq!(revoked(&both, &Settings::default()).len(), 1_000 - not_public);
}

#[test]
fn of_blocks_of_many_sizes_the_broad_ones_go() {
    let settings = Settings { open_level: OpenLevel::Broad, ..Settings::default() };
    let blocks = rules(|n| {
        let length = if n % 3 == 0 { 8 } else { 9 + n % 8 };
        (format!("{}-{}", 1_000 + n, 60_000 - n), format!("{}.{}.0.0/{length}", 11 + n % 80, n * 37 % 256))
    });
    let broad = blocks.iter().filter(|rule| rule.permission.to_string().ends_with("/8")).count();
    assert!(revoked(&blocks, &settings).len() >= broad);
}
