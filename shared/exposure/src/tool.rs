//! The questions at a terminal.

use std::fs;
use std::io::{self, BufRead, BufWriter, Write};
use std::process::ExitCode;

use document::{Node, Place};
use network::{Plan, PrefixLists, Settings, assess};
use serde_json::{Value, json};

use crate::{Question, Report, SecurityGroup, read};

/// Answers questions about security groups.
///
/// - Without arguments: each line of `input` is a [`Question`]; prints a line of JSON for each. Where a line cannot
///   be read that is an object with `error` and `line`, its number from 1. Empty lines are skipped.
/// - `--text [FILE]`: the findings for a person, of a DescribeSecurityGroups answer (or of a
///   DescribeSecurityGroupRules answer, which has the rules' ids), in a file or, without one or with `-`, from
///   `input`. The document may have `prefix_lists` beside the groups. A group that cannot be read is named on
///   `errors`.
///
/// The exit status is 1 where anything could not be read.
pub fn run<S: AsRef<str>>(
    arguments: &[S],
    input: impl BufRead,
    output: impl Write,
    mut errors: impl Write,
) -> ExitCode {
    let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
    let output = BufWriter::new(output);
    let outcome = match arguments.as_slice() {
        [] => answer_lines(input, output),
        ["--text"] | ["--text", "-"] => {
            io::read_to_string(input).and_then(|text| explain(&text, output, &mut errors))
        }
        ["--text", file] => fs::read_to_string(file)
            .map_err(|error| io::Error::new(error.kind(), format!("`{file}`: {error}")))
            .and_then(|text| explain(&text, output, &mut errors)),
        _ => Err(io::Error::other("usage: exposure [--text [FILE]]")),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // Who reads no errors still gets the status.
            let _ = writeln!(errors, "{error}");
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
fn explain(text: &str, mut output: impl Write, mut errors: impl Write) -> io::Result<bool> {
    let answer: Value = serde_json::from_str(text)?;
    let (lists, settings) = (prefix_lists(&answer)?, Settings::default());
    let mut all_read = true;
    for group in SecurityGroup::read_each(&answer).map_err(io::Error::other)? {
        match group {
            Ok(group) => {
                let assessment = assess(&group.rules, &lists, &settings);
                let plan = Plan::new(&group.rules, &assessment, &settings);
                let (group, assessment, plan) = (&group, &assessment, &plan);
                write!(output, "{}", Report { group, assessment, plan })?;
            }
            Err(unreadable) => {
                all_read = false;
                let _ = writeln!(errors, "{unreadable}");
            }
        }
    }
    output.flush()?;
    Ok(all_read)
}

/// The lists that a person put beside the answer, by the one name that this tool gives them.
fn prefix_lists(answer: &Value) -> io::Result<PrefixLists> {
    const NAME: &str = "prefix_lists";
    let Some(lists) = answer.get(NAME).filter(|lists| !lists.is_null()) else {
        return Ok(PrefixLists::default());
    };
    let node = Node::at(lists, Place::default().member(NAME)).in_any_spelling();
    read::prefix_lists(&node).map_err(io::Error::other)
}
