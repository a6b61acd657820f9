//! Answers questions about security groups.
//!
//! - `exposure < lines.jsonl`: each line a [`network::Question`]; prints a line of JSON for each, with
//!   `error` where the line cannot be read.
//! - `exposure --text FILE`: the findings for a person, of a DescribeSecurityGroups answer (or of a
//!   DescribeSecurityGroupRules answer, which has the rules' ids). The file may have `prefix_lists`
//!   beside the groups.

#![expect(clippy::print_stderr, reason = "a tool for a terminal")]

use std::{
    env, fs,
    io::{self, BufRead, BufWriter, Write},
    process::ExitCode,
};

use network::{Plan, PrefixLists, Question, Report, SecurityGroup, Settings, assess};
use serde_json::{Value, json};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = BufWriter::new(io::stdout().lock());
    let outcome = match arguments.as_slice() {
        [] => answer_lines(io::stdin().lock(), output),
        ["--text", file] => explain(file, output),
        _ => Err(io::Error::other("usage: exposure [--text FILE]")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn answer_lines(input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    for line in input.split(b'\n') {
        let answer = match Question::read(&String::from_utf8_lossy(&line?)) {
            Ok(question) => json!(question.reply()),
            Err(error) => json!({ "error": error.to_string() }),
        };
        writeln!(output, "{answer}")?;
    }
    output.flush()
}

fn explain(file: &str, mut output: impl Write) -> io::Result<()> {
    let text = fs::read_to_string(file)
        .map_err(|error| io::Error::new(error.kind(), format!("`{file}`: {error}")))?;
    let answer: Value = serde_json::from_str(&text)?;
    let lists = answer.get("prefix_lists").filter(|lists| !lists.is_null());
    let lists = lists.map_or(Ok(PrefixLists::default()), PrefixLists::read);
    let lists = lists.map_err(io::Error::other)?;
    for group in SecurityGroup::read_all(&answer).map_err(io::Error::other)? {
        let assessment = assess(&group.rules, &lists, &Settings::default());
        let plan = Plan::new(&group.rules, &assessment);
        let (group, assessment, plan) = (&group, &assessment, &plan);
        write!(output, "{}", Report { group, assessment, plan })?;
    }
    output.flush()
}
