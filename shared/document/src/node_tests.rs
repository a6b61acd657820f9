//! Nodes and the faults that they give.

use serde_json::json;

use super::*;

fn words<T>(result: Result<T, Fault>) -> String {
    match result {
        Ok(_) => panic!("no fault"),
        Err(fault) => fault.to_string(),
    }
}

#[test]
fn a_field_is_a_member_that_is_not_null() {
    let document = json!({ "set": 1, "null": null });
    let root = Node::root(&document);
    assert_eq!(root.member("null").unwrap().unwrap().value(), &Value::Null);
    assert!(root.field("null").unwrap().is_none());
    assert!(root.member("absent").unwrap().is_none());
    assert_eq!(root.members().unwrap().map(|(name, _)| name).collect::<Vec<_>>(), ["set", "null"]);
    assert_eq!(root.fields().unwrap().map(|(name, _)| name).collect::<Vec<_>>(), ["set"]);
    assert!(root.text_of("null").unwrap().is_none());
    assert!(root.items_of("null").unwrap().is_empty());
}

#[test]
fn what_is_missing_is_named_with_its_path() {
    let document = json!({ "detail": { "null": null }, "list": [{}] });
    let root = Node::root(&document);
    assert_eq!(words(root.required("id")), "`id` is missing");
    let detail = root.required("detail").unwrap();
    assert_eq!(words(detail.required("null")), "`detail.null` is missing");
    let item = root.items_of("list").unwrap().remove(0);
    assert_eq!(words(item.required("id")), "`list[0].id` is missing");
    assert_eq!(item.required("id").unwrap_err(), Fault::Missing { place: item.place().clone(), name: "id" });
}

#[test]
fn what_is_something_else_is_named_and_quoted() {
    let document = json!({ "text": "seven", "list": [true, 7.5], "object": {} });
    let root = Node::root(&document);
    assert_eq!(words(Node::root(&json!([])).field("a")), "`the document` is not an object: `[]`");
    assert_eq!(
        words(root.required("list").unwrap().members().map(|_| ())),
        "`list` is not an object: `[true,7.5]`"
    );
    assert_eq!(words(root.required("object").unwrap().items()), "`object` is not a list: `{}`");
    assert_eq!(words(root.text_of("list")), "`list` is not text: `[true,7.5]`");
    assert_eq!(words(root.required("text").unwrap().flag()), "`text` is not true or false: `seven`");
    let items = root.items_of("list").unwrap();
    assert_eq!(words(items[1].number::<i64>()), "`list[1]` is not a whole number: `7.5`");
    assert_eq!(
        items[0].unexpected("a port"),
        Fault::Unexpected {
            place: Place::default().member("list").element(0),
            expected: Expected::Other("a port"),
            kind: "a boolean",
            found: "true".to_owned(),
        }
    );
}

#[test]
fn a_long_value_is_quoted_by_its_beginning() {
    for value in [json!("é".repeat(1_000)), json!(vec!["é"; 1_000])] {
        let Fault::Unexpected { found, .. } = Node::root(&value).unexpected("short") else { panic!() };
        assert_eq!(found.chars().count(), LONGEST_QUOTE);
    }
}

#[test]
fn a_number_may_be_text_and_has_to_fit() {
    for (value, number) in [(json!(22), 22), (json!(" 22 "), 22), (json!("-1"), -1)] {
        assert_eq!(Node::root(&value).number::<i32>(), Ok(number));
    }
    for value in
        [json!(1_u64 << 40), json!("1099511627776"), json!(1.5), json!(""), json!(u64::MAX), json!(null)]
    {
        assert!(Node::root(&value).number::<i32>().is_err(), "{value}");
    }
    assert_eq!(Node::root(&json!(1_u64 << 40)).number::<i64>(), Ok(1 << 40));
    assert!(Node::root(&json!(-1)).number::<u16>().is_err());
}

#[test]
fn names_are_exact_but_where_any_spelling_is_asked_for() {
    let document = json!({ "outer": { "IP_protocol": "tcp", "ip_protocol": "udp" }, "empty": {} });
    let exact = Node::root(&document).required("outer").unwrap();
    assert_eq!(exact.text_of("IpProtocol"), Ok(None));
    let root = Node::root(&document).in_any_spelling();
    let any = root.required("Outer").unwrap();
    assert_eq!(any.place().to_string(), "Outer");
    assert_eq!(any.text_of("IpProtocol"), Ok(Some("tcp")));
    assert_eq!(any.text_of("ip_protocol"), Ok(Some("udp")), "the exact name goes first");
    assert!(root.items_of("empty").unwrap().is_empty());
}

#[test]
fn a_document_inside_another_has_its_place() {
    let document = json!({});
    let place = Place::default().member("Records").element(0).member("body");
    assert_eq!(words(Node::at(&document, place).required("id")), "`Records[0].body.id` is missing");
}
