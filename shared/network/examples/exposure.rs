//! Answers questions about security groups.
//!
//! - `exposure < lines.jsonl`: each line a [`network::Question`]; prints a line of JSON for each. Where a line
//!   cannot be read that is an object with `error` and `line`, its number from 1. Empty lines are skipped.
//! - `exposure --text [FILE]`: the findings for a person, of a DescribeSecurityGroups answer (or of a
//!   DescribeSecurityGroupRules answer, which has the rules' ids), in a file or, without one or with `-`, from
//!   standard input. The document may have `prefix_lists` beside the groups. A group that cannot be read is named
//!   on standard error.
//!
//! The exit status is 1 where anything could not be read.

#![expect(clippy::print_stderr, reason = "a tool for a terminal")]

use std::env;
use std::fs;
use std::io::{self, BufRead, BufWriter, Write};
use std::process::ExitCode;

use network::{Plan, PrefixLists, Question, Report, SecurityGroup, Settings, assess};
use serde_json::{Value, json};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = BufWriter::new(io::stdout().lock());
    let outcome = match arguments.as_slice() {
        [] => answer_lines(io::stdin().lock(), output),
        ["--text"] | ["--text", "-"] => {
            io::read_to_string(io::stdin()).and_then(|text| explain(&text, output))
        }
        ["--text", file] => fs::read_to_string(file)
            .map_err(|error| io::Error::new(error.kind(), format!("`{file}`: {error}")))
            .and_then(|text| explain(&text, output)),
        _ => Err(io::Error::other("usage: exposure [--text [FILE]]")),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Says whether every line could be read.
fn answer_lines(input: impl BufRead, mut output: impl Write) -> io::Result<bool> {
    let mut all_read = true;
    for (number, line) in (1_u64..).zip(input.split(b'\n')) {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer = match Question::read(&String::from_utf8_lossy(&line)) {
            Ok(question) => json!(question.reply()),
            Err(error) => {
                all_read = false;
                json!({ "error": error.to_string(), "line": number })
            }
        };
        writeln!(output, "{answer}")?;
    }
    output.flush()?;
    Ok(all_read)
}

/// Says whether every group could be read.
fn explain(text: &str, mut output: impl Write) -> io::Result<bool> {
    let answer: Value = serde_json::from_str(text)?;
    let lists = answer.get("prefix_lists").filter(|lists| !lists.is_null());
    let lists = lists.map_or(Ok(PrefixLists::default()), PrefixLists::read);
    let lists = lists.map_err(io::Error::other)?;
    let mut all_read = true;
    for group in SecurityGroup::read_each(&answer).map_err(io::Error::other)? {
        match group {
            Ok(group) => {
                let assessment = assess(&group.rules, &lists, &Settings::default());
                let plan = Plan::new(&group.rules, &assessment);
                let (group, assessment, plan) = (&group, &assessment, &plan);
                write!(output, "{}", Report { group, assessment, plan })?;
            }
            Err(unreadable) => {
                all_read = false;
                eprintln!("{unreadable}");
            }
        }
    }
    output.flush()?;
    Ok(all_read)
}
