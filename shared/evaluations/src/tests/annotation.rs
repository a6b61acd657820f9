use proptest::prelude::*;

use crate::Annotation;

fn annotation(sentences: &[&str]) -> Option<String> {
    let sentences: Vec<String> = sentences.iter().map(ToString::to_string).collect();
    Annotation::of(&sentences, None).map(|annotation| annotation.to_string())
}

#[test]
fn what_fits_is_said_whole() {
    assert_eq!(annotation(&["one is open"]).unwrap(), "one is open");
    assert_eq!(annotation(&["one is open", "two too"]).unwrap(), "one is open; two too");
    assert_eq!(annotation(&[]), None);
    assert_eq!(annotation(&[" "]), None);
}

#[test]
fn of_what_does_not_fit_the_first_is_said_and_how_many_more_there_are() {
    let (long, short) = ("x".repeat(200), "y".repeat(60));
    assert_eq!(annotation(&[&long, &short, "z"]).unwrap(), format!("{long}; and 2 more"));
    let longer = "x".repeat(300);
    let cut = annotation(&[&longer, &short]).unwrap();
    assert_eq!(cut, format!("{}...; and 1 more", "x".repeat(256 - "...; and 1 more".len())));
}

#[test]
fn it_stands_on_one_line() {
    assert_eq!(annotation(&["one\n is\topen"]).unwrap(), "one  is open");
}

#[test]
fn a_note_is_said_whatever_else_there_is_to_say() {
    let note = Some("by the record");
    let of = |sentences: &[String]| Annotation::of(sentences, note).unwrap().to_string();
    assert_eq!(of(&[]), "by the record");
    assert_eq!(of(&["one is open".to_owned()]), "one is open; by the record");
    let cut = of(&["x".repeat(300), "y".to_owned()]);
    assert!(cut.ends_with("x...; and 1 more; by the record"), "{cut}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn aws_config_takes_every_annotation(
        sentences in prop::collection::vec("[a-z\n \u{1F512}\u{00E9}]{0,300}", 0..60),
        note in prop::option::of("[a-z\u{1F512}]{1,300}"),
    ) {
        let Some(annotation) = Annotation::of(&sentences, note.as_deref()) else {
            prop_assert!(note.is_none());
            prop_assert!(sentences.first().is_none_or(|first| first.trim().is_empty()));
            return Ok(());
        };
        let length = annotation.as_str().encode_utf16().count();
        prop_assert!((1..=256).contains(&length), "{}", length);
        prop_assert!(!annotation.as_str().chars().any(char::is_control));
        if let Some(note) = note.filter(|note| note.chars().count() < 100) {
            prop_assert!(annotation.as_str().ends_with(&note), "{} without {}", annotation, note);
        }
    }
}
