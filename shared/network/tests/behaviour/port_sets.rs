//! Sets of ports as text.

use network::{PortSet, PortSetError, Protocol};

use crate::given::ports;

#[test]
fn numbers_and_ranges_are_read_and_written_in_order() {
    assert_eq!(ports(" 1020-1025, 443,1024-1030 ,444").to_string(), "443-444,1020-1030");
    assert_eq!(ports("0-65535").to_string(), "0-65535");
    assert_eq!(ports("443"), [443].into());
}

#[test]
fn empty_text_authorizes_nothing() {
    assert_eq!(ports(""), PortSet::default());
    assert_eq!(ports(" , "), PortSet::default());
}

#[test]
fn what_is_no_port_is_refused_by_name() {
    for text in ["ssh", "65536", "-1", "1-", "1-2-3", "1 2"] {
        assert_eq!(text.parse::<PortSet>(), Err(PortSetError::NotAPort(text.to_owned())));
    }
    let backwards = "80,100-22".parse::<PortSet>();
    assert_eq!(backwards, Err(PortSetError::Backwards("100-22".to_owned())));
    assert_eq!(
        PortSetError::Backwards("100-22".to_owned()).to_string(),
        "the range of ports `100-22` ends before it starts"
    );
}

#[test]
fn icmp_is_described_by_types_and_codes() {
    let described = |text| ports(text).describe(&Protocol::Icmp).join(", ");
    assert_eq!(described("0-65535"), "all types");
    assert_eq!(described("2048-2303"), "type 8");
    assert_eq!(described("0-1023"), "types 0-3");
    assert_eq!(described("772"), "type 3 code 4");
    assert_eq!(described("772-773"), "type 3 codes 4-5");
    assert_eq!(described("772-1024"), "type 3 code 4 to type 4 code 0");
}
