use std::cell::RefCell;
use std::time::{Duration, SystemTime};

use events::Cause;
use proptest::prelude::*;
use remediation::ledger::{End, Ended};
use remediation::testing::doors::{denied, throttled};
use remediation::testing::{NOW, bucket, run};
use remediation::{CallError, Outcome};

use crate::again::by_time;
use crate::{AT_MOST_EVERY, ConfigRule, Fires, LOOK_BACK, Leaves, RECORDED_WITHIN, Reevaluations};
use crate::{evaluate_again, to_ask_again};

const MINUTE: Duration = Duration::from_secs(60);
const PERIODIC: ConfigRule = ConfigRule { fires: Fires::OnSchedule, service: None, is_idle: true };

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + NOW
}

fn ended(rule: &str, minutes_ago: u32) -> Ended {
    let mut subject = bucket("acme");
    subject.cause = Cause::new("AWS Config rule").with_rule(Some(rule));
    let end = End { at: now() - MINUTE * minutes_ago, outcome: Outcome::Remediated };
    Ended { control: "s3-acl".to_owned(), subject, end }
}

#[test]
fn only_the_rule_that_an_event_of_aws_config_named_is_asked_again() {
    let mut by_call = ended("x", 60);
    by_call.subject.cause = Cause::new("CloudTrail PutBucketAcl");
    let mut by_control = ended("S3.2", 60);
    by_control.subject.cause = Cause::new("Security Hub").with_rule(Some("S3.2"));
    let mut open_still = ended("still-open", 60);
    open_still.end.outcome = Outcome::StillOpen;
    let all = [
        by_call,
        by_control,
        open_still,
        ended("twice", 90),
        ended("twice", 30),
        ended("twice", 60),
        ended("just-now", 14),
        ended("long-ago", 24 * 60 + 1),
    ];
    let asked: Vec<(String, SystemTime)> = to_ask_again(&all, now()).into_iter().collect();
    assert_eq!(asked, [("twice".to_owned(), now() - 30 * MINUTE)]);
}

/// AWS Config with one rule.
struct Config {
    rule: Result<Option<ConfigRule>, CallError>,
    evaluated: Result<Option<SystemTime>, CallError>,
    starts: Result<(), CallError>,
    calls: RefCell<Vec<&'static str>>,
}

impl Config {
    fn of(rule: ConfigRule) -> Self {
        let evaluated = Ok(Some(now() - 8 * AT_MOST_EVERY));
        Self { rule: Ok(Some(rule)), evaluated, starts: Ok(()), calls: RefCell::default() }
    }

    fn ask(&self) -> (Result<Option<Leaves>, CallError>, String) {
        let said = run(evaluate_again(self, "a-rule", now() - AT_MOST_EVERY, now()));
        (said, self.calls.take().join(" "))
    }
}

impl Reevaluations for Config {
    async fn rule(&self, name: &str) -> Result<Option<ConfigRule>, CallError> {
        assert_eq!(name, "a-rule");
        self.calls.borrow_mut().push("rule");
        self.rule.clone()
    }

    async fn evaluated_at(&self, _: &str) -> Result<Option<SystemTime>, CallError> {
        self.calls.borrow_mut().push("evaluated");
        self.evaluated.clone()
    }

    async fn start(&self, name: &str) -> Result<(), CallError> {
        assert_eq!(name, "a-rule");
        self.calls.borrow_mut().push("start");
        self.starts.clone()
    }
}

#[test]
fn a_periodic_rule_is_evaluated_again() {
    assert_eq!(Config::of(PERIODIC).ask(), (Ok(None), "rule evaluated start".to_owned()));
}

#[test]
fn what_is_not_known_to_be_periodic_is_not() {
    let service = Some("securityhub.amazonaws.com".to_owned());
    for (rule, leaves) in [
        (ConfigRule { fires: Fires::OnChange, ..PERIODIC }, Leaves::OnChange),
        (ConfigRule { fires: Fires::Unknown, ..PERIODIC }, Leaves::Unknown),
        (ConfigRule { is_idle: false, ..PERIODIC }, Leaves::Busy),
        (ConfigRule { service, ..PERIODIC }, Leaves::OfService("securityhub.amazonaws.com".to_owned())),
    ] {
        assert_eq!(Config::of(rule).ask(), (Ok(Some(leaves)), "rule".to_owned()));
    }
    let gone = Config { rule: Ok(None), ..Config::of(PERIODIC) };
    assert_eq!(gone.ask(), (Ok(Some(Leaves::Gone)), "rule".to_owned()));
}

#[test]
fn where_aws_config_does_not_say_nothing_is_started() {
    let unknown = Config { rule: Err(denied()), ..Config::of(PERIODIC) };
    assert_eq!(unknown.ask(), (Err(denied()), "rule".to_owned()));
    let unknown = Config { evaluated: Err(throttled()), ..Config::of(PERIODIC) };
    assert_eq!(unknown.ask(), (Err(throttled()), "rule evaluated".to_owned()));
    let busy = Config { starts: Err(throttled()), ..Config::of(PERIODIC) };
    assert_eq!(busy.ask(), (Err(throttled()), "rule evaluated start".to_owned()));
}

#[test]
fn a_rule_is_evaluated_once_an_hour_and_once_for_what_was_closed() {
    let hour = AT_MOST_EVERY;
    let closed = now() - 3 * hour;
    for (evaluated, leaves) in [
        (None, Some(Leaves::New)),
        (Some(closed - hour), None),
        // What it saw then may have been recorded before.
        (Some(closed + 5 * MINUTE), None),
        (Some(closed + RECORDED_WITHIN), Some(Leaves::Evaluated(closed + RECORDED_WITHIN))),
    ] {
        assert_eq!(by_time(evaluated, closed, now()), leaves);
    }
    let just_closed = now() - RECORDED_WITHIN;
    let lately = just_closed + MINUTE;
    assert_eq!(by_time(Some(lately), just_closed, now()), Some(Leaves::Lately(lately)));
}

proptest! {
    /// Whoever else is at work: AWS Config's own clock says when, and everybody asks that.
    #[test]
    fn however_many_ticks_come_there_is_at_most_one_start_an_hour(
        ticks in proptest::collection::vec(0_u32..24 * 60, 1..80),
        closings in proptest::collection::vec(0_u32..24 * 60, 1..20),
    ) {
        let at = |minutes: u32| now() + MINUTE * minutes;
        let mut ticks = ticks;
        ticks.sort_unstable();
        let mut evaluated = now() - LOOK_BACK;
        let mut starts = Vec::new();
        for tick in ticks.into_iter().map(at) {
            let closings: Vec<Ended> = closings.iter().map(|minutes| Ended {
                end: End { at: at(*minutes), outcome: Outcome::Remediated }, ..ended("a-rule", 0)
            }).filter(|ended| ended.end.at <= tick).collect();
            for (_, closed) in to_ask_again(&closings, tick) {
                if by_time(Some(evaluated), closed, tick).is_none() {
                    evaluated = tick;
                    starts.push(tick);
                }
            }
        }
        prop_assert!(starts.len() <= closings.len());
        for pair in starts.windows(2) {
            prop_assert!(pair[1].duration_since(pair[0]).unwrap() >= AT_MOST_EVERY);
        }
    }
}
