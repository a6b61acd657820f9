//! ICMP types and codes, laid out on the line that TCP and UDP use for ports.
//!
//! Type and code are a byte each, so a message kind is the number `type * 256 + code`, and all codes
//! of one type are one span.

use addresses::Span;

/// All codes of the type `kind`.
pub(crate) fn all_codes(kind: u8) -> Span<u16> {
    let (first, last) = (one_code(kind, 0), one_code(kind, u8::MAX));
    Span::new(first, last).unwrap_or(Span::single(first))
}

/// One code of one type.
pub(crate) fn one_code(kind: u8, code: u8) -> u16 {
    u16::from_be_bytes([kind, code])
}

/// Type and code as AWS writes them; -1 means all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TypeAndCode {
    pub kind: i32,
    pub code: i32,
}

/// The fewest pairs that together make `span`.
pub(crate) fn pairs(span: Span<u16>) -> Vec<TypeAndCode> {
    if span == Span::FULL {
        return vec![TypeAndCode { kind: -1, code: -1 }];
    }
    let [first_kind, _] = span.first().to_be_bytes();
    let [last_kind, _] = span.last().to_be_bytes();
    (first_kind..=last_kind)
        .filter_map(|kind| all_codes(kind).intersection(span).map(|codes| (kind, codes)))
        .flat_map(|(kind, codes)| pairs_of_type(kind, codes))
        .collect()
}

fn pairs_of_type(kind: u8, codes: Span<u16>) -> Vec<TypeAndCode> {
    let kind_number = i32::from(kind);
    if codes == all_codes(kind) {
        return vec![TypeAndCode { kind: kind_number, code: -1 }];
    }
    (codes.first()..=codes.last())
        .map(|point| TypeAndCode { kind: kind_number, code: i32::from(point & 0xff) })
        .collect()
}

/// `span` in words, such as `all types`, `type 8` or `type 3 code 4`.
pub(crate) fn describe(span: Span<u16>) -> String {
    if span == Span::FULL {
        return "all types".to_owned();
    }
    let [first_kind, first_code] = span.first().to_be_bytes();
    let [last_kind, last_code] = span.last().to_be_bytes();
    let whole_types = first_code == 0 && last_code == u8::MAX;
    match (whole_types, first_kind == last_kind) {
        (true, true) => format!("type {first_kind}"),
        (true, false) => format!("types {first_kind}-{last_kind}"),
        (false, true) if first_code == last_code => format!("type {first_kind} code {first_code}"),
        (false, true) => format!("type {first_kind} codes {first_code}-{last_code}"),
        (false, false) => {
            format!("type {first_kind} code {first_code} to type {last_kind} code {last_code}")
        }
    }
}
