//! Whether what a mail says about a group is true, whatever the settings are and whatever uses the group.

use events::AccountId;
use network::Rule;
use remediation::{Mode, Report, testing};

use super::memory::Memory;
use super::{GROUP, WORLD, control, rule, subject, walk_in};

/// What is open: by name, with whether a rule for ICMP alone is among it, and whether something is to be closed where
/// open ICMP is reported.
const OPEN: [(&str, bool, bool); 5] = [
    ("icmp", true, false),
    ("icmp and tcp", true, true),
    ("icmp and gre", true, true),
    ("all traffic", false, true),
    ("tcp", false, true),
];

fn rules(open: &str) -> Vec<Rule> {
    let of = |protocol: &str, ports: &str| rule(&format!("sgr-{protocol}"), protocol, ports, WORLD);
    match open {
        "icmp" => vec![of("icmp", "8-0")],
        "icmp and tcp" => vec![of("icmp", "8-0"), of("tcp", "22")],
        "icmp and gre" => vec![of("icmp", "all"), of("47", "all")],
        "all traffic" => vec![of("-1", "all")],
        _ => vec![of("tcp", "22")],
    }
}

/// What uses the group.
#[derive(Debug, Clone, Copy)]
struct Use {
    own: bool,
    managed: bool,
    foreign: bool,
}

fn memory(open: &str, in_use: Use) -> Memory {
    let mut memory = Memory::of(rules(open));
    if in_use.own {
        memory = memory.with_interface("eni-own", "interface", &[GROUP]);
    }
    if in_use.managed {
        memory = memory.with_interface("eni-managed", "load_balancer", &[GROUP]);
    }
    if in_use.foreign {
        let owned = |one: &mut crate::Interface| one.owner = AccountId::new("111122223333");
        memory = memory.with_interface("eni-foreign", "interface", &[GROUP]).that(owned);
    }
    memory
}

fn says(report: &Report, what: &str) -> bool {
    report.advice.iter().any(|line| line.contains(what))
}

fn finds(report: &Report, what: &str) -> bool {
    report.findings.iter().any(|finding| finding.sentence().contains(what))
}

#[test]
fn each_sentence_is_said_where_it_is_true_and_nowhere_else() {
    let uses = (0..8).map(|bits| Use { own: bits & 1 != 0, managed: bits & 2 != 0, foreign: bits & 4 != 0 });
    for in_use in uses {
        for (open, has_icmp, closes_besides) in OPEN {
            for style in ["revoke", "isolate", "alert"] {
                for icmp in ["report", "revoke"] {
                    for mode in [Mode::Enforce, Mode::Observe] {
                        let memory = memory(open, in_use);
                        let settings = format!(r#"{{"quarantine": "{style}", "icmp": "{icmp}"}}"#);
                        let report = walk_in(&control(&memory, &settings), mode);
                        let scene = format!(
                            "{open} {in_use:?} {settings} {mode:?}: {:#?} {:#?}",
                            report.advice, report.findings
                        );

                        let isolates = style == "isolate";
                        let is_to_close = closes_besides || icmp == "revoke";
                        let enforces = mode == Mode::Enforce;

                        // Where something is to be closed, isolating goes by that, and ICMP with it.
                        let icmp_stays =
                            has_icmp && icmp == "report" && (style == "revoke" || (isolates && !is_to_close));
                        assert_eq!(says(&report, "Open ICMP stays"), icmp_stays, "{scene}");
                        assert_eq!(
                            says(&report, "Curfew closes it only"),
                            icmp_stays && !isolates,
                            "{scene}"
                        );
                        if icmp_stays {
                            assert!(memory.ids().contains(&"sgr-icmp".to_owned()), "{scene}");
                        }

                        let is_looked_at = isolates && is_to_close;
                        assert_eq!(
                            says(&report, "through their service"),
                            is_looked_at && in_use.managed,
                            "{scene}"
                        );
                        assert_eq!(
                            says(&report, "ask their owners"),
                            is_looked_at && in_use.foreign,
                            "{scene}"
                        );
                        assert_eq!(finds(&report, "eni-managed"), is_looked_at && in_use.managed, "{scene}");
                        assert_eq!(finds(&report, "eni-foreign"), is_looked_at && in_use.foreign, "{scene}");

                        let is_used = in_use.own || in_use.managed || in_use.foreign;
                        assert_eq!(finds(&report, "now none has it"), is_looked_at && !is_used, "{scene}");

                        let isolated = is_looked_at && in_use.own && enforces;
                        assert_eq!(
                            says(&report, "give the interfaces their groups back"),
                            isolated,
                            "{scene}"
                        );
                        if in_use.own {
                            assert_eq!(memory.groups_of("eni-own") != [GROUP], isolated, "{scene}");
                        }
                        let revoked = style == "revoke" && is_to_close && enforces;
                        assert_eq!(
                            says(&report, "revokes the rules again at the next trigger"),
                            revoked,
                            "{scene}"
                        );
                        let is_gone =
                            rules(open).iter().any(|rule| !memory.ids().contains(&rule.id.to_string()));
                        assert_eq!(is_gone, revoked, "{scene}");

                        // What isolating takes away is not said to stay.
                        let stays = report
                            .findings
                            .iter()
                            .any(|finding| finding.remedy == remediation::Remedy::Report);
                        if isolated && !in_use.managed && !in_use.foreign {
                            assert!(!stays, "{scene}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn nobody_is_sent_to_find_out_what_the_trigger_tells() {
    let ann = "arn:aws:iam::123456789012:user/ann";
    for style in ["revoke", "isolate"] {
        for (opened_by, advised) in
            [(None, "Find out who opened it,"), (Some(ann), "Ask whoever opened it what for,")]
        {
            let memory = Memory::of(rules("tcp")).with_interface("eni-own", "interface", &[GROUP]);
            let mut subject = subject();
            subject.cause = subject.cause.with_opened_by(opened_by);
            let control = control(&memory, &format!(r#"{{"quarantine": "{style}"}}"#));
            let report = testing::report_of(&control, &subject, Mode::Enforce);
            assert!(report.advice[0].starts_with(advised), "{style}: {:?}", report.advice);
        }
    }
}
