//! The algebra of sets of numbers, at the ends of the line too.

use network::{PortSet, SpanSet};

use crate::given::ports;

fn set(text: &str) -> SpanSet<u16> {
    ports(text).as_set().clone()
}

fn text(set: SpanSet<u16>) -> String {
    PortSet::from(set).to_string()
}

#[test]
fn sets_of_the_same_values_are_equal() {
    assert_eq!(set("1-5"), set("4-5,1,2-3,2"));
    assert_eq!(set("0-32767,32768-65535"), SpanSet::full());
    assert_eq!(set("65535,65535"), set("65535"));
    assert_ne!(set("1-3,5"), set("1-5"));
}

#[test]
fn the_complement_of_a_complement_is_the_set() {
    for (own, others) in [
        ("", "0-65535"),
        ("0", "1-65535"),
        ("65535", "0-65534"),
        ("1-65534", "0,65535"),
        ("80,443", "0-79,81-442,444-65535"),
    ] {
        assert_eq!(text(set(own).complement()), others);
        assert_eq!(set(own).complement().complement(), set(own));
    }
}

#[test]
fn sets_are_joined_met_and_taken_away() {
    let (a, b) = (set("0-100,200-300,65535"), set("50-250,300,400-65535"));
    assert_eq!(text(a.union(&b)), "0-300,400-65535");
    assert_eq!(text(a.intersection(&b)), "50-100,200-250,300,65535");
    assert_eq!(text(a.without(&b)), "0-49,251-299");
    assert_eq!(text(b.without(&a)), "101-199,400-65534");
}

#[test]
fn membership_holds_at_the_ends_of_each_span() {
    let set = set("10-20,30-40");
    assert!(set.contains(10) && set.contains(20) && set.contains(40));
    assert!(!set.contains(9) && !set.contains(21) && !set.contains(41));
    assert!(set.covers(&ports("10,35-40").as_set().clone()));
    assert!(!set.covers(&ports("10-30").as_set().clone()));
    let meets = |text| ports(text).as_set().spans().iter().all(|span| set.meets(*span));
    assert!(meets("20-30") && meets("0-10") && meets("40-65535") && meets("0-65535"));
    assert!(!meets("21-29") && !meets("0-9") && !meets("41-65535"));
}
