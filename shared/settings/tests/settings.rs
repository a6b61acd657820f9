//! What an operator may write, and what he is told when it does not fit.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::time::Duration;

use buckets::AclStyle;
use exemptions::{CONTROLS, Exemptions};
use network::{Handling, OpenLevel, Portless};
use remediation::{Mode, Pace};
use security_groups::{QuarantineStyle, SgSettings};
use settings::{Settings, SettingsError};

fn parse(json: &str) -> Result<Settings, SettingsError> {
    Settings::parse("CURFEW_SETTINGS", json)
}

fn complaint(json: &str) -> String {
    parse(json).unwrap_err().to_string()
}

#[test]
fn without_settings_the_defaults_hold() {
    let settings = parse("{}").unwrap();
    assert_eq!(settings, Settings::default());
    assert_eq!(settings.version, 1);
    assert_eq!(settings.mode, Mode::Enforce);
    assert_eq!(settings.exemptions(), Exemptions::default());
    assert!(settings.exempt_by_tag);
    assert_eq!(settings.exempt_max_days, 400);
    assert_eq!(settings.s3_acl.style, AclStyle::Grants);
    assert!(!settings.s3_acl.block_public_acls);
    assert_eq!(settings.sg.quarantine, QuarantineStyle::Revoke);
    assert!(!settings.sg.isolate_all_groups);
    assert_eq!(settings.sg.network.open_level, OpenLevel::World);
    assert_eq!(settings.sg.network.icmp, Handling::Report);
    assert_eq!(settings.sg.network.authorized_tcp_ports, [80, 443].into());
    assert_eq!(settings.sg.network.authorized_udp_ports, [].into());
    assert!(settings.sg.network.authorized_protocols.is_empty());
}

#[test]
fn every_documented_key_is_taken() {
    let settings = parse(
        r#"{
            "version": 1,
            "mode": "observe",
            "max_receive_count": 5,
            "exemptions": [
                {
                    "resource": "arn:aws:s3:::web-*", "controls": "all", "reason": "our websites",
                    "until": "2027-06-30", "owner": "web@example.com"
                },
                {
                    "resource": "arn:aws:ec2:*:*:security-group/sg-1a2b3c4d", "controls": ["sg-ingress"],
                    "reason": "a jump host", "until": "2027-06-30T18:00:00Z",
                    "ports": [22, "8000-8010"], "sources": ["0.0.0.0/0", "2000::/3", "sg-1a2b3c4d", "pl-1a2b3c4d"]
                },
                {
                    "resource": "arn:aws:s3:::logs", "controls": ["s3-acl"], "reason": "r", "until": "2027-06-30",
                    "grantees": ["AllUsers", "AuthenticatedUsers"]
                },
                {
                    "resource": "arn:aws:s3:::feeds", "controls": ["s3-policy"], "reason": "r", "until": "2027-06-30",
                    "sids": ["PublicRead"]
                }
            ],
            "exempt_by_tag": false,
            "exempt_max_days": 700,
            "s3_acl": { "mode": "enforce", "style": "private", "block_public_acls": true },
            "s3_policy": {
                "mode": "enforce",
                "trusted_accounts": ["111122223333"],
                "trusted_organizations": ["o-a1b2c3d4e5"],
                "trusted_networks": ["203.0.113.0/24"],
                "trusted_vpcs": ["vpc-1a2b3c4d", "vpce-1a2b3c4d"],
                "alert_on": ["public", "outside-account"]
            },
            "sg": {
                "mode": "observe",
                "quarantine": "isolate",
                "isolate_all_groups": true,
                "open_level": "broad",
                "authorized_tcp_ports": [443, "1020-1025"],
                "authorized_udp_ports": "53, 500-501",
                "authorized_protocols": ["gre", "ESP", 51, "132"],
                "icmp": "revoke"
            },
            "alerts": "daily",
            "remind_after": "90m",
            "restore_grace": "2d",
            "feud_limit": 5,
            "records_days": 30
        }"#,
    )
    .unwrap();
    assert_eq!(settings.alerts, Pace::Daily);
    assert_eq!(settings.remind_after, Duration::from_secs(90 * 60));
    assert_eq!(settings.restore_grace, Duration::from_secs(2 * 24 * 60 * 60));
    assert_eq!((settings.feud_limit, settings.records_days), (5, 30));
    assert_eq!(settings.mode, Mode::Observe);
    assert_eq!(settings.max_receive_count, 5);
    let scopes: Vec<String> = settings.exemptions.iter().map(|entry| entry.scope.to_string()).collect();
    assert_eq!(
        scopes,
        [
            "everything",
            "ports 22,8000-8010; sources 0.0.0.0/0, 2000::/3, sg-1a2b3c4d, pl-1a2b3c4d",
            "grantees AllUsers, AuthenticatedUsers",
            "sids PublicRead",
        ]
    );
    let Exemptions { entries, by_tag, most_days } = settings.exemptions();
    assert_eq!((entries.len(), by_tag, most_days), (4, false, 700));
    assert_eq!(settings.s3_acl.style, AclStyle::Private);
    assert!(settings.s3_acl.block_public_acls);
    assert_eq!(settings.s3_policy.trusted_vpcs.len(), 2);
    assert!(!settings.s3_policy.alerts_on(policy::FindingKind::ConfusedDeputy));
    assert_eq!(
        settings.sg,
        SgSettings {
            mode: Some(Mode::Observe),
            changes_per_hour: 30,
            quarantine: QuarantineStyle::Isolate,
            isolate_all_groups: true,
            network: network::Settings {
                open_level: OpenLevel::Broad,
                authorized_tcp_ports: "443,1020-1025".parse().unwrap(),
                authorized_udp_ports: [53, 500, 501].into(),
                authorized_protocols: [47, 50, 51, 132].into_iter().filter_map(Portless::of_number).collect(),
                icmp: Handling::Revoke,
            },
        }
    );
}

#[test]
fn what_does_not_fit_is_named() {
    for (json, parts) in [
        (r#"{"mod": "observe"}"#, ["mod", "unknown field"]),
        (r#"{"sg": {"authorised_tcp_ports": []}}"#, ["authorised_tcp_ports", "unknown field"]),
        (r#"{"alerts": "weekly"}"#, ["`alerts`", "`weekly`"]),
        (r#"{"alerts": ["each"]}"#, ["`alerts`", "expected a string"]),
        (r#"{"remind_after": 3600}"#, ["`remind_after`", "\"24h\""]),
        (r#"{"remind_after": "1w"}"#, ["`remind_after`", "\"1w\""]),
        (r#"{"restore_grace": "9000h"}"#, ["`restore_grace`", "up to 366 days"]),
        (r#"{"feud_limit": 0}"#, ["`feud_limit`", "from 1 to 20"]),
        (r#"{"records_days": 0}"#, ["`records_days`", "from 1 to 3650"]),
        (r#"{"sg": {"changes_per_hour": -1}}"#, ["`sg.changes_per_hour`", "`-1`"]),
        (r#"{"s3_acl": {"changes_per_hour": "30"}}"#, ["`s3_acl.changes_per_hour`", "\"30\""]),
        (r#"{"mode": "Observe"}"#, ["`mode`", "`Observe`"]),
        (r#"{"mode": null}"#, ["`mode`", "expected a string"]),
        (r#"{"sg": {"authorized_tcp_ports": [80, 70000]}}"#, ["`sg.authorized_tcp_ports[1]`", "`70000`"]),
        (r#"{"sg": {"authorized_tcp_ports": [-1]}}"#, ["`sg.authorized_tcp_ports[0]`", "`-1`"]),
        (
            r#"{"sg": {"authorized_udp_ports": "53,x"}}"#,
            ["`sg.authorized_udp_ports`", "`x` is neither a port"],
        ),
        (r#"{"sg": {"authorized_tcp_ports": ["90-80"]}}"#, ["authorized_tcp_ports[0]", "before it starts"]),
        (r#"{"sg": {"authorized_tcp_ports": ["80,443"]}}"#, ["authorized_tcp_ports[0]", "`80,443`"]),
        (r#"{"sg": {"authorized_tcp_ports": ["+80"]}}"#, ["authorized_tcp_ports[0]", "`+80`"]),
        (
            r#"{"sg": {"authorized_protocols": ["esp", 256]}}"#,
            ["`sg.authorized_protocols[1]`", "`256` is neither"],
        ),
        (
            r#"{"sg": {"authorized_protocols": ["vpn"]}}"#,
            ["`sg.authorized_protocols[0]`", "`vpn` is neither"],
        ),
        (r#"{"sg": {"authorized_protocols": [""]}}"#, ["`sg.authorized_protocols[0]`", "`` is neither"]),
        (r#"{"sg": {"authorized_protocols": [47.5]}}"#, ["`sg.authorized_protocols[0]`", "`47.5`"]),
        (
            r#"{"sg": {"authorized_protocols": [null]}}"#,
            ["`sg.authorized_protocols[0]`", "name or the number"],
        ),
        (r#"{"sg": {"authorized_protocols": "esp"}}"#, ["`sg.authorized_protocols`", "a list of protocols"]),
        (r#"{"sg": {"authorized_protocols": 50}}"#, ["`sg.authorized_protocols`", "a list of protocols"]),
        (
            r#"{"sg": {"authorized_protocols": {"esp": 1}}}"#,
            ["`sg.authorized_protocols`", "a list of protocols"],
        ),
        (
            r#"{"sg": {"authorized_protocols": ["TCP"]}}"#,
            ["authorized_protocols[0]", "`sg.authorized_tcp_ports`"],
        ),
        (
            r#"{"sg": {"authorized_protocols": [6]}}"#,
            ["authorized_protocols[0]", "`sg.authorized_tcp_ports`"],
        ),
        (
            r#"{"sg": {"authorized_protocols": ["17"]}}"#,
            ["authorized_protocols[0]", "`sg.authorized_udp_ports`"],
        ),
        (r#"{"sg": {"authorized_protocols": ["icmp"]}}"#, ["authorized_protocols[0]", "`sg.icmp`"]),
        (r#"{"sg": {"authorized_protocols": [58]}}"#, ["authorized_protocols[0]", "`sg.icmp`"]),
        (r#"{"sg": {"authorized_protocols": ["ipv6-icmp"]}}"#, ["authorized_protocols[0]", "`sg.icmp`"]),
        (r#"{"sg": {"authorized_protocols": [-1]}}"#, ["authorized_protocols[0]", "`-1` is every protocol"]),
        (r#"{"sg": {"quarantine": "close"}}"#, ["`sg.quarantine`", "`isolate`"]),
        (r#"{"sg": {"open_level": "some"}}"#, ["`sg.open_level`", "`broad`"]),
        (r#"{"sg": {"icmp": "close"}}"#, ["`sg.icmp`", "`report`"]),
        (r#"{"sg": {"isolate_all_groups": "yes"}}"#, ["`sg.isolate_all_groups`", "expected a boolean"]),
        (r#"{"sg": {"authorized_tcp_ports": 443}}"#, ["`sg.authorized_tcp_ports`", "a list of ports"]),
        (r#"{"max_receive_count": 0}"#, ["`max_receive_count`", "from 1 to 1000"]),
        (r#"{"max_receive_count": -3}"#, ["`max_receive_count`", "`-3`, expected a number of deliveries"]),
        (r#"{"max_receive_count": "8"}"#, ["`max_receive_count`", "expected a number of deliveries"]),
        (r#"{"mode": {"observe": null}}"#, ["`mode`", "expected a string"]),
        (r#"{"s3_acl": {"mode": "off"}}"#, ["`s3_acl.mode`", "`off`"]),
        (r#"{"s3_policy": {"mode": null}}"#, ["`s3_policy.mode`", "expected a string"]),
        (r#"{"sg": {"mode": "Enforce"}}"#, ["`sg.mode`", "`Enforce`"]),
        (r#"{"exemptions": {}}"#, ["`exemptions`", "expected a sequence"]),
        (r#"{"exemptions": [["arn:aws:s3:::b"]]}"#, ["`exemptions[0]`", "expected a JSON object"]),
        (r#"{"exempt_by_tag": "no"}"#, ["`exempt_by_tag`", "expected a boolean"]),
        (r#"{"exempt_max_days": 0}"#, ["`exempt_max_days`", "from 1 to 3650"]),
        (r#"{"exempt_max_days": 3651}"#, ["`exempt_max_days`", "from 1 to 3650"]),
        (r#"{"exempt_max_days": "400"}"#, ["`exempt_max_days`", "a number of days"]),
        (r#"{"s3_acl": {"style": "public"}}"#, ["`s3_acl.style`", "`public`"]),
        (r#"{"s3_acl": {"block_public_acls": "yes"}}"#, ["`s3_acl.block_public_acls`", "a boolean"]),
        (r#"{"s3_policy": {"trusted_accounts": ["1234"]}}"#, ["`s3_policy.trusted_accounts`", "`1234`"]),
        (
            r#"{"s3_policy": {"trusted_organizations": ["ou-1"]}}"#,
            ["`s3_policy.trusted_organizations`", "`ou-1`"],
        ),
        (
            r#"{"s3_policy": {"trusted_networks": ["10.0.0.0/99"]}}"#,
            ["`s3_policy.trusted_networks`", "10.0.0.0/99"],
        ),
        (r#"{"s3_policy": {"trusted_vpcs": ["sg-1"]}}"#, ["`s3_policy.trusted_vpcs`", "`sg-1`"]),
        (r#"{"s3_policy": {"alert_on": ["everything"]}}"#, ["`s3_policy.alert_on[0]`", "`everything`"]),
        (r#"{"mode": "observe", "mode": "enforce"}"#, ["mode", "duplicate"]),
        (r#"{} {}"#, ["CURFEW_SETTINGS", "trailing"]),
        ("observe", ["CURFEW_SETTINGS", "expected"]),
        ("{", ["cannot be used: EOF", "line 1"]),
        ("[]", ["CURFEW_SETTINGS", "expected a JSON object"]),
        (r#"{"sg": ["443"]}"#, ["`sg`", "expected a JSON object"]),
    ] {
        let complaint = complaint(json);
        assert!(complaint.starts_with("CURFEW_SETTINGS cannot be used: "), "{complaint}");
        for part in parts {
            assert!(complaint.contains(part), "{json}: {complaint}");
        }
    }
}

/// The section of each control.
const SECTIONS: [(&str, &str); 3] = [("s3-acl", "s3_acl"), ("s3-policy", "s3_policy"), ("sg-ingress", "sg")];

#[test]
fn each_control_has_its_section() {
    assert!(CONTROLS.iter().map(|known| known.name).eq(SECTIONS.map(|(control, _)| control)));
}

/// The controls of which settings say so.
fn of_which(json: &str, is_so: impl Fn(&Settings, &str) -> bool) -> Vec<&'static str> {
    let settings = parse(json).unwrap();
    CONTROLS.iter().map(|known| known.name).filter(|control| is_so(&settings, control)).collect()
}

#[test]
fn a_control_has_its_own_mode_or_that_of_all() {
    let observe = |json: &str| of_which(json, |settings, control| settings.mode_of(control) == Mode::Observe);
    let enforce = |json: &str| of_which(json, |settings, control| settings.mode_of(control) == Mode::Enforce);
    assert_eq!(enforce("{}").len(), CONTROLS.len());
    assert_eq!(observe(r#"{"mode": "observe"}"#).len(), CONTROLS.len());
    for (control, section) in SECTIONS {
        assert_eq!(observe(&format!(r#"{{"{section}": {{"mode": "observe"}}}}"#)), [control]);
        assert_eq!(
            enforce(&format!(r#"{{"mode": "observe", "{section}": {{"mode": "enforce"}}}}"#)),
            [control]
        );
    }
}

#[test]
fn a_control_that_changes_something_has_its_own_limit_of_changes() {
    let limited =
        |json: &str| of_which(json, |settings, control| settings.limits(control).changes_per_hour != 30);
    assert_eq!(limited("{}"), [""; 0]);
    for (control, section) in SECTIONS.into_iter().filter(|(control, _)| *control != "s3-policy") {
        assert_eq!(limited(&format!(r#"{{"{section}": {{"changes_per_hour": 1}}}}"#)), [control]);
    }
}

#[test]
fn ports_are_the_same_in_a_list_and_in_one_text() {
    let ports = |json: &str| {
        let json = format!(r#"{{"sg": {{"authorized_tcp_ports": {json}}}}}"#);
        parse(&json).unwrap().sg.network.authorized_tcp_ports
    };
    assert_eq!(ports(r#"[22, "8000-8002", "8001 - 8010"]"#), ports(r#""8000-8010, 22""#));
    assert_eq!(ports("[]"), ports(r#""""#));
}

#[test]
fn settings_of_a_newer_version_are_refused_whole() {
    for version in ["2", "0", "-1", "1.5", "\"1\"", "null"] {
        let complaint = complaint(&format!(r#"{{"mode": "observe", "version": {version}}}"#));
        assert!(complaint.contains("`version`"), "{complaint}");
        assert!(complaint.contains("a version of the settings that this Curfew reads: 1"), "{complaint}");
    }
}
