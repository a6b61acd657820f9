//! What a plan leaves open where findings were taken out of the assessment.

use std::collections::BTreeMap;

use network::{
    Assessment, Exposure, Family, Plan, PortSet, PrefixLists, Protocol, Rule, Settings, SpanSet, assess,
};
use proptest::prelude::*;

use crate::generated::{self, Exempted, exempted, plain_rules, without};
use crate::given::{applied, ports, rule};

/// The plan without what is exempted, in words: what is put back, then what is revoked.
fn plan(rules: &[Rule], settings: &Settings, exempted: &[(Protocol, PortSet)]) -> (Vec<String>, Vec<String>) {
    let exempted = Protocol::WITH_PORTS
        .into_iter()
        .map(|protocol| (protocol, PortSet::default()))
        .chain(exempted.iter().cloned())
        .collect();
    let assessment = assess(rules, &PrefixLists::default(), settings);
    let plan = Plan::new(rules, &without(&assessment, &exempted), settings);
    let restored = plan.restore.iter().map(|part| part.permission.to_string());
    (restored.collect(), plan.revoke.iter().map(ToString::to_string).collect())
}

#[test]
fn a_finding_without_all_its_ports_is_none() {
    let rules = [rule("sgr-1", "tcp", "20-25", "0.0.0.0/0")];
    let assessment = assess(&rules, &PrefixLists::default(), &Settings::default());
    let [finding] = assessment.findings.as_slice() else { panic!("{assessment:?}") };
    let left = finding.without_ports(&ports("22,25-30")).map(|left| left.ports.to_string());
    assert_eq!(left.as_deref(), Some("20-21,23-24"));
    assert_eq!(finding.without_ports(&ports("20-25")), None);
    assert_eq!(finding.without_ports(&ports("80")).as_ref(), Some(finding));
}

#[test]
fn exempted_ports_of_a_range_are_put_back_and_those_of_their_own_rule_are_not_touched() {
    let rules = [
        rule("sgr-1", "tcp", "20-30", "0.0.0.0/0"),
        rule("sgr-2", "tcp", "22", "::/0"),
        rule("sgr-3", "udp", "22", "0.0.0.0/0"),
    ];
    let (restored, revoked) = plan(&rules, &Settings::default(), &[(Protocol::Tcp, ports("22,25-40"))]);
    assert_eq!(restored, ["tcp 22 from 0.0.0.0/0", "tcp 25-30 from 0.0.0.0/0"]);
    assert_eq!(revoked, ["sgr-1", "sgr-3"]);
}

#[test]
fn of_icmp_that_is_only_reported_the_exempted_types_stay_with_a_rule_of_all_traffic() {
    let rules = [rule("sgr-1", "-1", "all", "0.0.0.0/0")];
    let settings = Settings { authorized_tcp_ports: PortSet::default(), ..Settings::default() };
    let exempting = |types: PortSet| plan(&rules, &settings, &[(Protocol::Icmp, types)]).0;
    assert_eq!(exempting(PortSet::default()), [""; 0]);
    assert_eq!(exempting(PortSet::icmp(8, None)), ["icmp type 8 from 0.0.0.0/0"]);
    assert_eq!(exempting(PortSet::full()), ["icmp all types from 0.0.0.0/0"]);
}

type Open = BTreeMap<(Family, Protocol, Exposure), SpanSet<u16>>;

/// What is open of these ports.
fn open(assessment: &Assessment, among: &Exempted) -> Open {
    let mut open = Open::new();
    for finding in &assessment.findings {
        let key = (finding.family, finding.protocol.clone(), finding.exposure);
        let among = among.get(&finding.protocol).map(PortSet::as_set).cloned().unwrap_or_default();
        let ports = finding.ports.as_set().intersection(&among);
        if !ports.is_empty() {
            let all = open.entry(key).or_default();
            *all = all.union(&ports);
        }
    }
    open
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_leaves_exactly_the_exempted_ports_open(
        plain in plain_rules(),
        settings in generated::settings(),
        exempted in exempted(),
    ) {
        let (rules, lists) = generated::group(&plain);
        let before = assess(&rules, &lists, &settings);
        let plan = Plan::new(&rules, &without(&before, &exempted), &settings);
        let after = assess(&applied(&plan, &rules), &lists, &settings);
        let rest = without(&after, &exempted);
        prop_assert!(rest.is_closed(), "{plan:?} leaves {rest:?}");

        let is_cut = |protocol: &Protocol| plan.cut.iter().any(|cut| cut.protocol == *protocol);
        let mut kept = exempted;
        kept.retain(|protocol, _| !is_cut(protocol));
        prop_assert_eq!(open(&before, &kept), open(&after, &kept), "{:?}", plan);
    }
}
