//! The algebra of sets of numbers, at the ends of the line too.

use addresses::{Span, SpanSet};

fn set<const N: usize>(spans: [(u16, u16); N]) -> SpanSet<u16> {
    spans.into_iter().filter_map(|(first, last)| Span::new(first, last)).collect()
}

const LAST: u16 = u16::MAX;

#[test]
fn a_span_holds_at_least_one_value() {
    assert_eq!(Span::new(2_u16, 1), None);
    assert_eq!(Span::new(1_u16, 1), Some(Span::single(1)));
}

#[test]
fn sets_of_the_same_values_are_equal() {
    assert_eq!(set([(1, 5)]), set([(4, 5), (1, 1), (2, 3), (2, 2)]));
    assert_eq!(set([(0, 32767), (32768, LAST)]), SpanSet::full());
    assert_eq!(set([(LAST, LAST), (LAST, LAST)]), set([(LAST, LAST)]));
    assert_ne!(set([(1, 3), (5, 5)]), set([(1, 5)]));
}

#[test]
fn the_complement_of_a_complement_is_the_set() {
    for (own, others) in [
        (SpanSet::empty(), SpanSet::full()),
        (set([(0, 0)]), set([(1, LAST)])),
        (set([(LAST, LAST)]), set([(0, LAST - 1)])),
        (set([(1, LAST - 1)]), set([(0, 0), (LAST, LAST)])),
        (set([(80, 80), (443, 443)]), set([(0, 79), (81, 442), (444, LAST)])),
    ] {
        assert_eq!(own.complement(), others);
        assert_eq!(others.complement(), own);
    }
}

#[test]
fn sets_are_joined_met_and_taken_away() {
    let (a, b) = (set([(0, 100), (200, 300), (LAST, LAST)]), set([(50, 250), (300, 300), (400, LAST)]));
    assert_eq!(a.union(&b), set([(0, 300), (400, LAST)]));
    assert_eq!(a.intersection(&b), set([(50, 100), (200, 250), (300, 300), (LAST, LAST)]));
    assert_eq!(a.without(&b), set([(0, 49), (251, 299)]));
    assert_eq!(b.without(&a), set([(101, 199), (400, LAST - 1)]));
}

#[test]
fn values_are_added_and_taken_away_wherever_they_are() {
    const POINTS: [u16; 6] = [0, 1, 2, LAST - 2, LAST - 1, LAST];
    let chosen = |bits: u8| {
        let points = POINTS.into_iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
        points.map(|(_, point)| Span::single(point)).collect::<SpanSet<u16>>()
    };
    let spans: Vec<Span<u16>> =
        POINTS.iter().flat_map(|first| POINTS.iter().filter_map(|last| Span::new(*first, *last))).collect();
    for bits in 0..64 {
        let set = chosen(bits);
        for others in 0..64 {
            assert_eq!(set.without(&chosen(others)), chosen(bits & !others), "{bits:b} without {others:b}");
        }
        for span in &spans {
            let mut with = set.clone();
            with.insert(*span);
            assert_eq!(with, set.union(&(*span).into()), "{bits:b} with {span:?}");
            assert_eq!(with.without(&(*span).into()), set.without(&(*span).into()), "{bits:b} less {span:?}");
        }
    }
}

#[test]
fn membership_holds_at_the_ends_of_each_span() {
    let both = set([(10, 20), (30, 40)]);
    assert!(both.contains(10) && both.contains(20) && both.contains(40));
    assert!(!both.contains(9) && !both.contains(21) && !both.contains(41));
    assert!(both.covers(&set([(10, 10), (35, 40)])));
    assert!(!both.covers(&set([(10, 30)])));
    let meets = |spans: &SpanSet<u16>| spans.spans().iter().all(|span| both.meets(*span));
    for meeting in [(20, 30), (0, 10), (40, LAST), (0, LAST)] {
        assert!(meets(&set([meeting])), "{meeting:?}");
    }
    for apart in [(21, 29), (0, 9), (41, LAST)] {
        assert!(!meets(&set([apart])), "{apart:?}");
    }
}
