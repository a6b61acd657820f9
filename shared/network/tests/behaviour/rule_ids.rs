//! Sets of rules, whether they share the ids of their group or not.

use std::collections::BTreeSet;

use network::{PrefixLists, RuleId, RuleIds, Settings, assess};
use proptest::prelude::*;

use crate::given::rule;

type Plain = BTreeSet<RuleId>;

fn plain() -> impl Strategy<Value = Plain> {
    prop::collection::btree_set((0..80_u8).prop_map(|number| RuleId::from(format!("sgr-{number:02}"))), 0..8)
}

/// Each of these as a set of its own, and as one that shares its ids with the other.
fn pairs(a: &Plain, b: &Plain) -> [(RuleIds, RuleIds); 2] {
    let own = |plain: &Plain| plain.iter().cloned().collect::<RuleIds>();
    let all = own(&(a | b));
    [(own(a), own(b)), (all.of_group(|id| a.contains(id)), all.of_group(|id| b.contains(id)))]
}

proptest! {
    #[test]
    fn sets_of_rules_are_sets_of_ids((a, b) in (plain(), plain())) {
        let as_plain = |ids: &RuleIds| ids.iter().cloned().collect::<Plain>();
        for (one, other) in pairs(&a, &b) {
            prop_assert_eq!(as_plain(&one), a.clone());
            prop_assert!(one.iter().is_sorted());
            prop_assert_eq!((one.len(), one.is_empty()), (a.len(), a.is_empty()));
            prop_assert_eq!(one.cmp(&other), a.cmp(&b));
            prop_assert_eq!(one == other, a == b);
            prop_assert_eq!(as_plain(&one.and(&other)), &a & &b);
            prop_assert_eq!(as_plain(&one.without(&other)), &a - &b);
            prop_assert_eq!(as_plain(&RuleIds::union_of([&one, &other])), &a | &b);
            prop_assert!(b.iter().all(|id| one.contains(id) == a.contains(id)));
        }
        let [(own, _), (shared, other)] = pairs(&a, &b);
        prop_assert_eq!(&own, &shared);
        prop_assert_eq!(own.and(&other), shared.and(&other));
        prop_assert_eq!(as_plain(&RuleIds::union_of([&own, &other])), &a | &b);
        prop_assert!(shared.is_of_same_group(&other));
    }
}

#[test]
fn the_findings_of_a_group_share_its_ids_and_write_only_their_own() {
    let rules = [rule("sgr-2", "tcp", "22", "0.0.0.0/0"), rule("sgr-1", "tcp", "23", "::/0")];
    let assessment = assess(&rules, &PrefixLists::default(), &Settings::default());
    let [v4, v6] = &assessment.findings[..] else { panic!("{assessment:?}") };
    assert!(v4.rule_ids.is_of_same_group(&v6.rule_ids));
    assert_eq!(serde_json::to_value(&v4.rule_ids).unwrap(), serde_json::json!(["sgr-2"]));
    assert_eq!(v4.rule_ids.of_group(|_| true), ["sgr-1".into(), "sgr-2".into()].into());
}
