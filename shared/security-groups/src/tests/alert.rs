//! The style `alert`, and evidence without a plan.

use remediation::{Mode, Outcome, Remedy};

use super::memory::Memory;
use super::{FULL, WORLD, control, rule, walk, walk_in};

#[test]
fn everything_is_said_and_nothing_changed() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD), rule("sgr-2", "tcp", "80-90", WORLD)]);
    let control = control(&memory, r#"{"quarantine": "alert"}"#);
    for mode in [Mode::Enforce, Mode::Observe] {
        let report = walk_in(&control, mode);
        assert_eq!(report.outcome, Outcome::Alerted);
        assert_eq!(report.findings.len(), 2);
        assert!(report.findings.iter().all(|finding| finding.remedy == Remedy::Report));
    }
    assert_eq!(memory.calls.borrow().len(), 4, "two reads each");
}

#[test]
fn the_alert_has_the_commands_that_close_the_group() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD), rule("sgr-2", "tcp", "80-90", WORLD)]);
    let report = walk(&control(&memory, r#"{"quarantine": "alert"}"#));
    assert_eq!(report.evidence[1].title, "How to close it by hand");
    assert_eq!(
        report.evidence[1].body.strip_prefix(FULL).unwrap(),
        r#"
  aws ec2 authorize-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --ip-permissions '[{"IpProtocol":"tcp","FromPort":80,"ToPort":80,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]' &&
  aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids sgr-1 sgr-2"#
    );
}
