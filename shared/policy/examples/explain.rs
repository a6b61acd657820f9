//! Explains policies: one a line from standard input, or one file for a person.
//!
//! ```text
//! cargo run --release -p policy --example explain < policies.jsonl
//! cargo run --release -p policy --example explain -- --text FILE
//! ```
//!
//! Both take `--account ID`, the account that owns the bucket, and `--now TIME`, an RFC 3339 time as of which the
//! question is asked, instead of the clock's. For every line, a blank one too, one JSON object is
//! written: `documented`, `semantic`, `witness`, `abilities`, `findings`, `fix`; or `error` for a line that is no policy.
//! Where the work allowed did not suffice, `bounded` says so of the verdict, and `abilities_unknown` lists the callers and
//! abilities of which nothing is known.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use policy::{Asking, Policy, Trust, analyse, explain_refusal, explain_text};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let mut trust = Trust::default();
    let mut file = None;
    let mut at = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--text", Some(path)) => file = Some(PathBuf::from(path)),
            ("--account", Some(account)) => trust.own_account = Some(account),
            ("--now", Some(text)) => at = Some(time(&text)?),
            _ => return Err(io::Error::other("usage: explain [--account ID] [--now TIME] [--text FILE]")),
        }
    }
    let asking = Asking { trust: &trust, now: at.unwrap_or_else(clock) };
    let mut output = BufWriter::new(io::stdout().lock());
    match file {
        Some(path) => {
            let bucket =
                path.file_stem().map_or_else(|| "bucket".into(), |name| name.to_string_lossy().into_owned());
            let bytes = std::fs::read(&path)?;
            output.write_all(person(&String::from_utf8_lossy(&bytes), &bucket, asking).as_bytes())?;
        }
        None => lines(&mut BufReader::new(io::stdin().lock()), &mut output, asking)?,
    }
    output.flush()
}

fn time(text: &str) -> io::Result<SystemTime> {
    let at = OffsetDateTime::parse(text, &Rfc3339);
    at.map(SystemTime::from).map_err(|error| {
        io::Error::other(format!(
            "`--now` takes an RFC 3339 time such as 2026-11-22T05:41:07Z, not `{text}`: {error}"
        ))
    })
}

#[expect(clippy::disallowed_methods, reason = "a program that a person runs asks as of now")]
fn clock() -> SystemTime {
    SystemTime::now()
}

fn person(text: &str, bucket: &str, asking: Asking<'_>) -> String {
    match Policy::parse(text) {
        Ok(policy) => explain_text(&policy, &analyse(&policy, asking), bucket),
        Err(error) => explain_refusal(&error, bucket),
    }
}

/// Line by line, with never more of a line in memory than a policy may have.
fn lines(input: &mut impl BufRead, output: &mut impl Write, asking: Asking<'_>) -> io::Result<()> {
    let limit = Policy::MAX_BYTES as u64 + 2;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let complete = line.last() == Some(&b'\n') || (line.len() as u64) < limit;
        if !complete {
            skip_line(input)?;
        }
        serde_json::to_writer(&mut *output, &answer(&line, complete, asking))?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
}

fn answer(line: &[u8], complete: bool, asking: Asking<'_>) -> serde_json::Value {
    if !complete {
        return json!({ "error": format!("the line has more than {} bytes", Policy::MAX_BYTES) });
    }
    let Ok(text) = std::str::from_utf8(line) else {
        return json!({ "error": "the line is not UTF-8" });
    };
    match Policy::parse(text.trim_end_matches(['\n', '\r'])) {
        Ok(policy) => json!(analyse(&policy, asking)),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |position| position + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}
