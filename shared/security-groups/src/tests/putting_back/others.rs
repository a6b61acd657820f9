//! Rules that others added, changed or removed since.

use super::super::source;
use super::*;

#[test]
fn a_part_that_somebody_made_his_own_stays() {
    let world = World::closed(Memory::of([rule("sgr-1", "tcp", "0-65535", WORLD)]), "{}");
    let part = world.memory.rules.borrow()[0].clone();
    world.memory.rules.borrow_mut()[0].permission.source = source("10.0.0.0/8");
    let back = world.restore();
    assert!(refused(&back), "{back:?}");
    assert_eq!(outcome(&world.by_force()), Outcome::Restored);
    assert!(world.memory.rules.borrow().iter().any(|rule| rule.id == part.id));
}

#[test]
fn a_rule_of_somebody_that_says_what_curfew_had_put_back_is_shown_and_stays() {
    for (tells_of, is_cut_off, text) in [
        (usize::MAX, false, "mine"),
        (0, false, "mine"),
        (0, true, "mine"),
        (usize::MAX, false, "web"),
        (0, false, "web"),
    ] {
        let memory = Memory::of([described(rule("sgr-1", "tcp", "80-8080", WORLD), "web")]);
        memory.tells_of.set(tells_of);
        let world = World::closed(memory, "{}");
        let mut record = world.record().unwrap();
        if is_cut_off {
            record.attempts[0].result = None;
        }
        {
            let mut rules = world.memory.rules.borrow_mut();
            assert!(rules.iter().any(|rule| rule.permission.from_port == Some(80)), "{rules:?}");
            rules.retain(|rule| rule.permission.from_port != Some(80));
            rules.push(described(rule("sgr-his", "tcp", "80", WORLD), text));
        }
        let back = world.ordered(&record, |_| {});
        assert!(refused(&back), "{back:?}");
        let [since] = &back.changed_since[..] else { panic!("{back:?}") };
        let named = format!("rule sgr-his (tcp 80 from 0.0.0.0/0, \"{text}\") was added since");
        assert!(since.starts_with(&named), "{since}");
        assert!(world.writes().is_empty());

        let forced = world.ordered(&record, |order| order.force = true);
        assert_eq!(outcome(&forced), Outcome::Restored);
        assert!(!forced.planned.iter().any(|step| step.starts_with("revoke tcp 80 ")), "{forced:?}");
        assert!(world.memory.ids().contains(&"sgr-his".to_owned()), "{:?}", world.memory.ids());
        assert_eq!(world.memory.rules.borrow().len(), 2, "443 is gone, his 80 stays beside 80-8080");
    }
}

#[test]
fn a_rule_whose_words_somebody_changed_is_his() {
    let world = World::closed(Memory::of([described(rule("sgr-1", "tcp", "0-65535", WORLD), "web")]), "{}");
    let part = world.memory.rules.borrow()[0].id.clone();
    world.memory.rules.borrow_mut()[0].permission.description = Some("mine".to_owned());
    let back = world.restore();
    assert!(refused(&back), "{back:?}");
    assert!(back.changed_since[0].starts_with(&format!("rule {part} ")), "{back:?}");
    assert!(
        back.changed_since[0].ends_with("was changed since: tcp 80 from 0.0.0.0/0, \"mine\""),
        "{back:?}"
    );
    assert_eq!(outcome(&world.by_force()), Outcome::Restored);
    assert!(world.memory.rules.borrow().iter().any(|rule| rule.id == part));
}

#[test]
fn a_part_that_somebody_gave_a_tag_or_took_one_from_is_his() {
    for (add, remove) in [(Some("owner"), None), (None, Some("team"))] {
        let wide = tagged(described(rule("sgr-1", "tcp", "0-65535", WORLD), "web"), "team", "web");
        let world = World::closed(Memory::of([wide]), "{}");
        let part = world.memory.rules.borrow()[0].id.clone();
        for rule in world.memory.rules.borrow_mut().iter_mut().filter(|rule| rule.id == part) {
            rule.tags.extend(add.map(|key| (key.to_owned(), "bea".to_owned())));
            rule.tags.retain(|key, _| Some(key.as_str()) != remove);
        }
        let back = world.restore();
        assert!(refused(&back), "{back:?}");
        let [since] = &back.changed_since[..] else { panic!("{back:?}") };
        assert!(since.starts_with(&format!("rule {part} ")), "{since}");
        assert!(
            since.ends_with("was changed since: tcp 80 from 0.0.0.0/0, \"web\", with other tags"),
            "{since}"
        );
        assert_eq!(outcome(&world.by_force()), Outcome::Restored);
        assert!(world.memory.rules.borrow().iter().any(|rule| rule.id == part));
    }
}

#[test]
fn a_rule_that_somebody_put_back_by_hand_is_so_already_and_is_left_alone() {
    let world = World::closed(open_group(), "{}");
    let by_hand = tagged(described(rule("sgr-by-hand", "tcp", "22", WORLD), "way in"), "team", "web");
    world.memory.rules.borrow_mut().push(by_hand);
    assert_eq!(outcome(&world.restore()), Outcome::Restored);
    assert!(world.writes().is_empty());
    assert_eq!((world.ledger.records().len(), world.topic.reports.borrow().len()), (2, 2));
}

#[test]
fn a_rule_that_somebody_put_back_with_other_words_is_shown() {
    let other_text = tagged(described(rule("sgr-his", "tcp", "22", WORLD), "new text"), "team", "web");
    let other_tags = described(rule("sgr-his", "tcp", "22", WORLD), "way in");
    for (his, said) in [(other_text, ""), (other_tags, ", with other tags")] {
        let world = World::closed(open_group(), "{}");
        let text = his.permission.description.clone().unwrap();
        world.memory.rules.borrow_mut().push(his);
        let back = world.restore();
        assert!(refused(&back), "{back:?}");
        assert_eq!(
            back.changed_since,
            [format!(
                "rule sgr-his (tcp 22 from 0.0.0.0/0, \"{text}\") was added since in the place of rule sgr-1 (tcp 22 from \
                 0.0.0.0/0, \"way in\"){said}"
            )]
        );
        assert!(world.writes().is_empty());
    }
}

#[test]
fn a_rule_that_was_there_before_is_not_taken_for_a_part_of_another() {
    let wide = rule("sgr-1", "tcp", "0-65535", WORLD);
    let world = World::closed(Memory::of([wide.clone(), rule("sgr-2", "tcp", "80", WORLD)]), "{}");
    let mut record = world.record().unwrap();
    let part = serde_json::json!({
        "part_of": "sgr-1",
        "permission": { "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIpv4": WORLD },
    });
    // As if EC2 had answered that it is there already.
    record.attempts[0].plan.as_mut().unwrap()["revoke"]["restore"].as_array_mut().unwrap().push(part);
    assert_eq!(outcome(&world.ordered(&record, |_| {})), Outcome::Restored);
    assert!(world.memory.ids().contains(&"sgr-2".to_owned()), "{:?}", world.memory.ids());
}

#[test]
fn a_part_that_somebody_took_away_is_shown_as_long_as_its_rule_would_bring_it_back() {
    let world = World::closed(Memory::of([rule("sgr-1", "tcp", "80-8080", WORLD)]), "{}");
    let is_80 = |rule: &Rule| rule.permission.to_port == Some(80);
    world.memory.rules.borrow_mut().retain(|rule| !is_80(rule));
    let back = world.restore();
    assert!(refused(&back), "{back:?}");
    let [since] = &back.changed_since[..] else { panic!("{back:?}") };
    assert!(since.contains("tcp 80 ") && since.ends_with("was removed since"), "{since}");
    assert_eq!(outcome(&world.by_force()), Outcome::Restored);
    assert_eq!(world.memory.says(), [format!("tcp 80-8080 from {WORLD}")]);
    // By then it is Curfew who took the parts away.
    assert!(matches!(world.restore().ending, Ending::AlreadySo(Some(_))));
}
