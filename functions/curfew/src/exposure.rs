//! How exposed security groups are: a question a line for programs, what is open in groups for a person.

use std::io::{self, BufRead, Write};

use clap::builder::styling::Style;
use exposure::{Question, Report, SecurityGroup, describe, prefix_lists};
use network::{Assessment, Handling, Plan, PrefixLists, RuleId, Settings, assess};
use serde_json::{Value, json};

use crate::arguments::Exposure as Asked;
use crate::console::{self, Console};
use crate::trouble::{Ending, Trouble};

/// - Without anything said: each line of standard input is a [`Question`], for which a line of JSON is written. Where it
///   cannot be read that is an object with `error` and `line`, its number from 1. Empty lines are skipped.
/// - With files: what is open in the groups of a DescribeSecurityGroups answer (or of a DescribeSecurityGroupRules answer,
///   which has the rules' ids). The document may have `prefix_lists` beside the groups. A group that cannot be read is
///   named on standard error.
/// - With the id of a group: the same of the group as it is now.
pub(crate) fn run(asked: &Asked, console: &mut Console<'_>) -> Result<Ending, Trouble> {
    let groups: Vec<&str> = asked.text.iter().chain(&asked.groups).map(String::as_str).collect();
    if groups.is_empty() {
        let (input, output) = console.both();
        return Ok(answer_lines(input, output)?);
    }
    let mut ending = Ending::Done;
    for name in groups {
        #[cfg(feature = "live")]
        let ended = match events::GroupId::new(name) {
            Some(id) => crate::live::group::explain(&id, &asked.place, console),
            None => explain(name, console),
        };
        #[cfg(not(feature = "live"))]
        let ended = explain(name, console);
        match ended {
            Ok(Ending::Done) => {}
            Ok(other) => ending = other,
            Err(trouble) => ending = trouble.told(console),
        }
    }
    Ok(ending)
}

fn answer_lines(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<Ending> {
    let mut ending = Ending::Done;
    for (number, line) in (1_u64..).zip(input.split(b'\n')) {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer = match Question::read(&String::from_utf8_lossy(&line)) {
            Ok(question) => json!(question.reply()),
            Err(error) => {
                ending = Ending::Unread;
                json!({ "error": error.to_string(), "line": number })
            }
        };
        writeln!(output, "{answer}")?;
    }
    Ok(ending)
}

/// The groups of a file.
fn explain(name: &str, console: &mut Console<'_>) -> Result<Ending, Trouble> {
    let text = if name == "-" { console.read() } else { std::fs::read_to_string(name) };
    let shown = if name == "-" { "standard input".to_owned() } else { format!("`{name}`") };
    let told = |error: &dyn std::fmt::Display| Trouble::unread(format!("{shown}: {error}"));
    let answer: Value =
        serde_json::from_str(&text.map_err(|error| told(&error))?).map_err(|error| told(&error))?;
    let lists = prefix_lists(&answer).map_err(|error| told(&error))?;
    let groups = SecurityGroup::read_each(&answer).map_err(|error| told(&error))?;
    let mut ending = Ending::Done;
    for group in groups {
        match group {
            Ok(group) => say(&group, &lists, &Settings::default(), console)?,
            Err(unreadable) => {
                ending = Ending::Unread;
                console.complain(&unreadable.to_string());
            }
        }
    }
    Ok(ending)
}

/// What is open in a group, and what would close it.
pub(crate) fn say(
    group: &SecurityGroup,
    lists: &PrefixLists,
    settings: &Settings,
    console: &mut Console<'_>,
) -> io::Result<()> {
    let assessment = assess(&group.rules, lists, settings);
    let plan = Plan::new(&group.rules, &assessment, settings);
    if console.json {
        return console.print(&facts(group, &assessment, &plan));
    }
    let report = Report { group, assessment: &assessment, plan: &plan }.to_string();
    console.say(&report, |line| style(line, &assessment))
}

/// The same for programs.
fn facts(group: &SecurityGroup, assessment: &Assessment, plan: &Plan) -> Value {
    let finding = |finding: &network::Finding| {
        json!({
            "summary": describe(finding),
            "family": finding.family.to_string(),
            "protocol": finding.protocol,
            "ports": finding.ports.describe(&finding.protocol),
            "exposure": finding.exposure,
            "rules": finding.rule_ids,
            "closes": finding.handling == Handling::Revoke,
        })
    };
    let unreadable = |source: &network::UnreadableSource| {
        let rules: Vec<&RuleId> = source.rule_ids.iter().collect();
        json!({ "prefix_list": source.prefix_list_id, "rules": rules })
    };
    json!({
        "group": group.id,
        "name": group.name,
        "findings": assessment.findings.iter().map(finding).collect::<Vec<_>>(),
        "unreadable": assessment.unreadable.iter().map(unreadable).collect::<Vec<_>>(),
        "plan": plan,
    })
}

fn style(line: &str, assessment: &Assessment) -> Style {
    let is_open = |exposure| line.starts_with("  ") && line.contains(exposure);
    if assessment.findings.is_empty() && assessment.unreadable.is_empty() {
        console::GOOD
    } else if !line.starts_with(' ') {
        console::HEADLINE
    } else if is_open(": open to the world") {
        console::BAD
    } else if is_open(": open to ") || is_open("could not be read") {
        console::DOUBTFUL
    } else {
        console::PLAIN
    }
}
