//! Explains bucket policies: one a line for programs, those of files for a person, that of a bucket as it is now.

use std::io::{self, BufRead, Read, Write};
use std::path::Path;
use std::time::SystemTime;

use clap::builder::styling::Style;
use policy::{Analysis, Asking, Policy, Trust, analyse, analyse_bucket, explain_refusal, explain_text};
use remediation::clock::{Clock, SystemClock};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::arguments::Explain;
use crate::console::{self, Console};
use crate::trouble::{Ending, Trouble};

/// Each line of standard input is a policy, for which a line of JSON is written: `documented`, `semantic`, `witness`,
/// `abilities`, `findings`, `fix`; or `error` for a line that is no policy, a blank one too. Where the work allowed did
/// not suffice, `bounded` says so of the verdict, and `abilities_unknown` lists the callers and abilities of which nothing
/// is known. With files, each is explained for a person, or is such an object with its `file`.
pub(crate) fn run(asked: &Explain, console: &mut Console<'_>) -> Result<Ending, Trouble> {
    #[cfg(feature = "live")]
    if let Some(bucket) = &asked.bucket {
        return crate::live::bucket::explain(bucket, asked, console);
    }
    let trust = Trust { own_account: asked.account.as_ref().map(ToString::to_string), ..Trust::default() };
    let asking = Asking { trust: &trust, now: moment(asked) };
    let files: Vec<&Path> = asked.text.iter().chain(&asked.files).map(AsRef::as_ref).collect();
    if files.is_empty() {
        let (input, output) = console.both();
        lines(input, output, asking)?;
    }
    let mut ending = Ending::Done;
    for path in files {
        if let Err(trouble) = file(path, asking, console) {
            ending = trouble.told(console);
        }
    }
    Ok(ending)
}

/// As of when it is asked.
pub(crate) fn moment(asked: &Explain) -> SystemTime {
    asked.now.unwrap_or_else(|| SystemClock.now())
}

fn file(path: &Path, asking: Asking<'_>, console: &mut Console<'_>) -> Result<(), Trouble> {
    let is_input = path == Path::new("-");
    let text = if is_input { console.read()? } else { read(path)? };
    if console.json {
        let mut answer = Map::from_iter([("file".to_owned(), json!(path.to_string_lossy()))]);
        answer.extend(Answer::about(&text, asking).facts());
        return Ok(console.print(&answer)?);
    }
    let stem = path.file_stem().filter(|_| !is_input);
    let bucket = stem.map_or_else(|| "bucket".into(), |name| name.to_string_lossy());
    let said = match Policy::parse(&text) {
        Ok(policy) => explain_text(&policy, &analyse_bucket(&policy, asking, &bucket), &bucket),
        Err(error) => explain_refusal(&error, &bucket),
    };
    Ok(say(&said, console)?)
}

fn read(path: &Path) -> Result<String, Trouble> {
    let bytes = std::fs::read(path);
    let bytes = bytes.map_err(|error| {
        let trouble = Trouble::unread(format!("`{}`: {error}", path.display()));
        let name = path.to_string_lossy();
        let may_be_bucket =
            error.kind() == io::ErrorKind::NotFound && events::BucketName::new(&name).is_some();
        if may_be_bucket && cfg!(feature = "live") {
            return trouble.with(format!("The policy of a bucket is read with `--bucket {name}`."));
        }
        trouble
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes an explanation: what matters most, and how bad each finding is, stands out.
pub(crate) fn say(text: &str, console: &mut Console<'_>) -> io::Result<()> {
    let (headline, rest) = text.split_once('\n').unwrap_or((text, ""));
    console.say(&format!("{headline}\n"), |_| console::HEADLINE)?;
    console.say(rest, by_severity)
}

fn by_severity(line: &str) -> Style {
    match line.split_once(", ") {
        Some(("CRITICAL" | "HIGH", _)) => console::BAD,
        Some(("MEDIUM", _)) => console::DOUBTFUL,
        _ => console::PLAIN,
    }
}

/// What is found out about a policy, for programs.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Explained(Box<Analysis>),
    Refused { error: String },
}

impl Answer {
    fn about(text: &str, asking: Asking<'_>) -> Self {
        match Policy::parse(text.trim_end_matches(['\n', '\r'])) {
            Ok(policy) => Self::Explained(Box::new(analyse(&policy, asking))),
            Err(error) => Self::Refused { error: error.to_string() },
        }
    }

    fn facts(&self) -> Map<String, Value> {
        match self {
            Self::Explained(analysis) => of(analysis),
            Self::Refused { error } => refusal(error),
        }
    }
}

pub(crate) fn of(analysis: &Analysis) -> Map<String, Value> {
    match json!(analysis) {
        Value::Object(facts) => facts,
        other => Map::from_iter([("analysis".to_owned(), other)]),
    }
}

pub(crate) fn refusal(error: &str) -> Map<String, Value> {
    Map::from_iter([("error".to_owned(), json!(error))])
}

/// Line by line, with never more of a line in memory than a policy may have.
fn lines(input: &mut dyn BufRead, output: &mut dyn Write, asking: Asking<'_>) -> io::Result<()> {
    let limit = Policy::MAX_BYTES as u64 + 2;
    let (mut line, mut written) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        if (&mut *input).take(limit).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let complete = line.last() == Some(&b'\n') || (line.len() as u64) < limit;
        if !complete {
            skip_line(input)?;
        }
        written.clear();
        serde_json::to_writer(&mut written, &answer(&line, complete, asking))?;
        written.push(b'\n');
        output.write_all(&written)?;
        output.flush()?;
    }
}

fn answer(line: &[u8], complete: bool, asking: Asking<'_>) -> Answer {
    if !complete {
        return Answer::Refused { error: format!("the line has more than {} bytes", Policy::MAX_BYTES) };
    }
    match std::str::from_utf8(line) {
        Ok(text) => Answer::about(text, asking),
        Err(_) => Answer::Refused { error: "the line is not UTF-8".to_owned() },
    }
}

fn skip_line(input: &mut dyn BufRead) -> io::Result<()> {
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
