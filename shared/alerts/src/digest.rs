//! One mail about several subjects: the digest.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use counts::counted;
use remediation::clock::rfc3339;
use remediation::{Alert, Brief, Outcome, Sentences, Severity};
use serde_json::{Map, Value, json};

use crate::message::{MESSAGE_LIMIT, Message, VERSION};
use crate::text::Text;

/// What subscription filters know it by, in the place of an outcome.
const DIGEST: &str = "digest";

/// How many subjects the mail, and how many the JSON lists at most; tried in order until the whole fits. The JSON, which
/// goes out once a protocol, gives way before the mail does. The last always fits: a brief has a few sentences of limited
/// length.
const LISTED: [(usize, usize); 10] = [
    (usize::MAX, usize::MAX),
    (usize::MAX, 100),
    (usize::MAX, 25),
    (usize::MAX, 5),
    (300, 5),
    (150, 5),
    (75, 5),
    (30, 5),
    (10, 3),
    (5, 1),
];

/// A digest in the making: the worst first, and of the same severity the oldest.
struct Digest<'a> {
    control: &'a str,
    briefs: Vec<&'a Brief>,
}

/// Writes the alert about several subjects of a control, cut where it would be too long.
#[must_use]
pub fn digest(control: &str, briefs: &[Brief]) -> Message {
    let mut sorted: Vec<&Brief> = briefs.iter().collect();
    sorted.sort_by_key(|brief| (std::cmp::Reverse(brief.severity), brief.at));
    let digest = Digest { control, briefs: sorted };
    let (mut mail, mut body) = (Alert { subject: digest.subject(), text: String::new() }, String::new());
    for (in_mail, in_facts) in LISTED {
        mail.text = digest.text(in_mail);
        body = digest.body(&mail.text, in_facts);
        if body.len() <= MESSAGE_LIMIT {
            break;
        }
    }
    Message { mail, body, attributes: digest.attributes() }
}

impl Digest<'_> {
    fn region(&self) -> &str {
        self.briefs.first().map_or("no Region", |first| first.subject.region.as_str())
    }

    fn severity(&self) -> Severity {
        self.briefs.first().map_or(Severity::Low, |first| first.severity)
    }

    fn first(&self) -> Option<SystemTime> {
        self.briefs.iter().map(|brief| brief.at).min()
    }

    fn last(&self) -> Option<SystemTime> {
        self.briefs.iter().map(|brief| brief.at).max()
    }

    /// How many resources Curfew closed, and nobody else had a part in that.
    fn closed(&self) -> usize {
        let closed = self.briefs.iter().filter(|brief| is_closed(brief));
        closed.map(|brief| &brief.record.resource).collect::<BTreeSet<_>>().len()
    }

    /// How many cases there are of each outcome.
    fn outcomes(&self) -> Vec<(Outcome, usize)> {
        let count = |outcome| self.briefs.iter().filter(|brief| brief.outcome == outcome).count();
        let all = Outcome::ALL.map(|outcome| (outcome, count(outcome)));
        all.into_iter().filter(|(_, count)| *count > 0).collect()
    }

    /// What is there but what Curfew closed.
    fn others(&self) -> (usize, String) {
        let mut others = self.outcomes();
        others.retain(|(outcome, _)| *outcome != Outcome::Remediated);
        let in_part = self.in_part();
        let in_part_words = (in_part > 0).then(|| format!("{in_part} that it closed in part, or may have"));
        let words = others.iter().map(|(outcome, count)| format!("{count} {outcome}"));
        let words: Vec<String> = in_part_words.into_iter().chain(words).collect();
        (in_part + others.iter().map(|(_, count)| count).sum::<usize>(), words.join(", "))
    }

    /// How many cases say that Curfew closed a part, or may have.
    fn in_part(&self) -> usize {
        let in_part = |brief: &&&Brief| brief.outcome == Outcome::Remediated && !is_closed(brief);
        self.briefs.iter().filter(in_part).count()
    }

    fn subject(&self) -> String {
        let (closed, (others, _)) = (self.closed(), self.others());
        let what = match (closed, others) {
            (0, others) => counted(others, "report"),
            (closed, 0) => format!("{} closed", counted(closed, "resource")),
            (closed, others) => {
                format!("{} closed, {}", counted(closed, "resource"), counted(others, "other report"))
            }
        };
        format!("[Curfew] {DIGEST}, {}: {}: {what} ({})", self.severity(), self.control, self.region())
    }

    /// The digest in one or two sentences.
    fn headline(&self) -> String {
        let at = |at: Option<SystemTime>| rfc3339(at.unwrap_or(SystemTime::UNIX_EPOCH));
        let (first, last) = (at(self.first()), at(self.last()));
        let when = format!("in {} between {first} and {last}", self.region());
        match (self.closed(), self.others()) {
            (0, (others, words)) => {
                format!("Curfew has {} {when}: {words}.", counted(others, "report"))
            }
            (closed, (0, _)) => format!("Curfew closed {} {when}.", counted(closed, "resource")),
            (closed, (_, words)) => {
                format!("Curfew closed {} {when}. It also reports: {words}.", counted(closed, "resource"))
            }
        }
    }

    fn text(&self, listed: usize) -> String {
        let mut text = Text::default();
        text.line(&self.headline());
        text.line(
            "None of this is critical. What is critical, failed or held has a mail of its own at once.",
        );
        text.line(
            "Each case is told as it was at its time. A restore since has a mail of its own, and what Curfew did later has a \
             case or a mail of its own.",
        );
        text.title("What was open, and what Curfew did");
        for brief in self.briefs.iter().take(listed) {
            case(&mut text, brief);
        }
        let left_out = self.briefs.len().saturating_sub(listed);
        if left_out > 0 {
            text.line(&format!("  ... and {left_out} more, which do not fit into a mail. All of them:"));
            let day = rfc3339(self.first().unwrap_or(SystemTime::UNIX_EPOCH));
            let day = day.get(..10).unwrap_or(&day);
            text.line(&format!("  make report REGION={} SINCE={day} FORMAT=csv", self.region()));
        }
        if self.briefs.iter().any(|brief| brief.is_reversible) {
            text.title("How to have Curfew put one back");
            text.line(&format!("  make restore REGION={} RECORD=the-record-from-above", self.region()));
            text.line(
                "  DRY_RUN=yes only shows it. Where others changed something since, it is refused unless FORCE=yes.",
            );
        }
        let advice = self.advice();
        if !advice.is_empty() {
            text.title("What you should do now");
            text.list(advice, "", usize::MAX);
        }
        text.into()
    }

    /// What a person should do, where something stays as it is until somebody does. What was so when a case was written
    /// down may be over: the same resource may have been closed, put back or deleted since.
    fn advice(&self) -> Vec<String> {
        let is_any = |outcome| self.briefs.iter().any(|brief| brief.outcome == outcome);
        [
            (
                Outcome::Alerted,
                "Look at what is `alerted`: Curfew left that as it was, and a person has to decide.",
            ),
            (
                Outcome::Observed,
                "Look at what is `observed`: it was still open at that time, since Curfew only observed.",
            ),
            (
                Outcome::Exempt,
                "Look at what is `exempt`: an exemption ends soon, and what it covers is closed then.",
            ),
        ]
        .into_iter()
        .filter(|(outcome, _)| is_any(*outcome))
        .map(|(_, advice)| advice.to_owned())
        .collect()
    }

    /// `email` is what people get by mail, `default` is short enough for anything else.
    fn body(&self, mail: &str, listed: usize) -> String {
        let facts = self.facts(listed).to_string();
        json!({
            "default": self.headline(),
            "email": mail,
            "sqs": facts,
            "lambda": facts,
            "http": facts,
            "https": facts,
        })
        .to_string()
    }

    /// The same facts as the mail, for programs.
    fn facts(&self, listed: usize) -> Value {
        let counts: Map<String, Value> =
            self.outcomes().into_iter().map(|(outcome, count)| (outcome.to_string(), count.into())).collect();
        let entries: Vec<Map<String, Value>> =
            self.briefs.iter().take(listed).map(|brief| brief.facts()).collect();
        json!({
            "version": VERSION,
            "headline": self.headline(),
            "control": self.control,
            "account": self.briefs.first().map(|first| first.subject.account.as_str()),
            "region": self.region(),
            "outcome": DIGEST,
            "severity": self.severity(),
            "since": self.first().map(rfc3339),
            "until": self.last().map(rfc3339),
            "counts": counts,
            "entries": entries,
            "left_out": self.briefs.len() - entries.len(),
        })
    }

    fn attributes(&self) -> BTreeMap<&'static str, String> {
        let account = self.briefs.first().map(|first| first.subject.account.to_string());
        BTreeMap::from([
            ("account", account.unwrap_or_default()),
            ("control", self.control.to_owned()),
            ("outcome", DIGEST.to_owned()),
            ("region", self.region().to_owned()),
            ("severity", self.severity().to_string()),
        ])
    }
}

/// Whether Curfew closed it, and nobody else had a part in that.
fn is_closed(brief: &Brief) -> bool {
    brief.outcome == Outcome::Remediated && !brief.is_in_part
}

/// One subject.
fn case(text: &mut Text, brief: &Brief) {
    let Brief { at, record, subject, outcome, severity, owner, findings, steps, note, .. } = brief;
    let Brief { exempt, refused, .. } = brief;
    text.line(&format!("  - {}: {outcome}, {severity}, at {}", subject.resource, rfc3339(*at)));
    sentences(text, "Open", findings);
    let did = if *outcome == Outcome::Observed { "Would do" } else { "Did" };
    sentences(text, did, steps);
    if let Some(note) = note {
        text.line(&format!("      Note: {note}"));
    }
    sentences(text, "Exempt", exempt);
    sentences(text, "Not exempt", refused);
    let who = subject.cause.opened_by().unwrap_or("the trigger does not say who");
    text.line(&format!("      Opened by: {who}"));
    if let Some(owner) = owner {
        text.line(&format!("      Owner: {owner}"));
    }
    text.line(&format!("      Record: {record}"));
}

fn sentences(text: &mut Text, title: &str, sentences: &Sentences) {
    for sentence in &sentences.first {
        text.line(&format!("      {title}: {sentence}"));
    }
    if sentences.others > 0 {
        text.line(&format!("      {title}: and {} more, which the record has", sentences.others));
    }
}
