//! What an operator may write. That a mistake is named with its place is tested in the crate `settings`.

use network::{Handling, OpenLevel, Portless};

use super::settings;
use crate::{QuarantineStyle, SgSettings};

#[test]
fn what_is_not_written_is_as_network_has_it() {
    assert_eq!(settings("{}"), SgSettings::default());
    assert_eq!(settings("{}").network, network::Settings::default());
    assert_eq!(settings("{}").quarantine, QuarantineStyle::Revoke);
}

#[test]
fn every_key_is_taken_from_one_flat_object() {
    let all = r#"{
        "quarantine": "isolate",
        "isolate_all_groups": true,
        "open_level": "broad",
        "authorized_tcp_ports": [443, "1020-1025"],
        "authorized_udp_ports": "53, 500-501",
        "authorized_protocols": ["esp", 51],
        "icmp": "revoke",
        "changes_per_hour": 0
    }"#;
    let network = network::Settings {
        open_level: OpenLevel::Broad,
        authorized_tcp_ports: "443,1020-1025".parse().unwrap(),
        authorized_udp_ports: [53, 500, 501].into(),
        authorized_protocols: [50, 51].into_iter().filter_map(Portless::of_number).collect(),
        icmp: Handling::Revoke,
    };
    let quarantine = QuarantineStyle::Isolate;
    assert_eq!(
        settings(all),
        SgSettings { mode: None, changes_per_hour: 0, quarantine, isolate_all_groups: true, network }
    );
}

#[test]
fn what_is_not_known_is_refused() {
    for bad in [
        r#"{"network": {}}"#,
        r#"{"quarantine": {"alert": null}}"#,
        r#"{"icmp": "report", "icmp": "revoke"}"#,
        r#"{"authorized_tcp_ports": [70000]}"#,
        r#"{"authorized_protocols": "esp"}"#,
        r#"{"authorized_protocols": ["tcp"]}"#,
    ] {
        assert!(serde_json::from_str::<SgSettings>(bad).is_err(), "{bad}");
    }
}
