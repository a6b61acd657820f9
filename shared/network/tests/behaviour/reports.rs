//! What a person reads.

use network::{Plan, PrefixLists, Report, Rule, SecurityGroup, Settings, assess};

use crate::given::rule;

fn report(rules: Vec<Rule>) -> String {
    let group = SecurityGroup { id: "sg-1".into(), name: Some("web".to_owned()), rules };
    let assessment = assess(&group.rules, &PrefixLists::default(), &Settings::default());
    let plan = Plan::new(&group.rules, &assessment);
    let (group, assessment, plan) = (&group, &assessment, &plan);
    Report { group, assessment, plan }.to_string()
}

#[test]
fn a_report_says_what_is_open_by_which_rules_and_what_would_close_it() {
    let rules = vec![
        rule("sgr-1", "tcp", "0-65535", "0.0.0.0/1"),
        rule("sgr-2", "tcp", "20-80", "128.0.0.0/1"),
        rule("sgr-3", "tcp", "22", "pl-1"),
    ];
    assert_eq!(
        report(rules),
        "sg-1 (web):
  tcp 20-79 (SSH, Telnet, FTP, SMTP, DNS): open to the world over IPv4 by sgr-1; sgr-2
  pl-1: this prefix list could not be read, so what it opens is unknown: sgr-3
  first put back: tcp 0-19 from 0.0.0.0/1
  first put back: tcp 80-65535 from 0.0.0.0/1
  first put back: tcp 80 from 128.0.0.0/1
  then revoke: sgr-1
  then revoke: sgr-2
"
    );
}

#[test]
fn a_closed_group_takes_one_line() {
    assert_eq!(
        report(vec![rule("sgr-1", "tcp", "22", "10.0.0.0/8")]),
        "sg-1 (web): nothing is open that should not be\n"
    );
}

#[test]
fn of_many_services_a_few_are_named() {
    let said = report(vec![rule("sgr-1", "-1", "all", "::/0")]);
    let named = "(SSH, RDP, MySQL, PostgreSQL, SQL Server, Oracle and 42 more services)";
    assert!(said.contains(named), "{said}");
}
