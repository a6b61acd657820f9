//! Records and log lines in files, a JSON object a line, without any credentials.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use report::Gathering;

use crate::console::Console;
use crate::trouble::Trouble;

pub(super) fn read(
    files: &[PathBuf],
    mut gathering: Gathering,
    console: &mut Console<'_>,
) -> Result<(Gathering, String), Trouble> {
    for path in files {
        let told = |error: std::io::Error| Trouble::unread(format!("`{}`: {error}", path.display()));
        if path == Path::new("-") {
            lines(console.both().0, "standard input", &mut gathering).map_err(told)?;
        } else {
            let mut file = BufReader::new(File::open(path).map_err(told)?);
            lines(&mut file, &path.display().to_string(), &mut gathering).map_err(told)?;
        }
    }
    let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    Ok((gathering, names.join(", ")))
}

/// Line by line, with never more than one in memory.
fn lines(input: &mut dyn BufRead, name: &str, gathering: &mut Gathering) -> std::io::Result<()> {
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_start_matches('\u{feff}').trim();
        if !text.is_empty() {
            gathering.line(text, || format!("line {number} of {name}"));
        }
    }
    Ok(())
}
