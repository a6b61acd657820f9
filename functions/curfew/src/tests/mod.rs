//! What is asked without AWS, as people type it: arguments and standard input in, output and exit status out.

mod explain;
mod exposure;
mod help;
mod others;

use std::path::{Path, PathBuf};

use clap::Parser;

use crate::arguments::Arguments;
use crate::console::{Colours, Console};
use crate::trouble::Ending;

/// What a command wrote, and how it ended.
struct Ran {
    ending: Ending,
    output: String,
    errors: String,
}

/// `curfew` with these arguments.
fn curfew(arguments: &[&str], input: &str) -> Ran {
    curfew_at(arguments, input.as_bytes(), Colours::default())
}

fn curfew_at(arguments: &[&str], mut input: &[u8], colours: Colours) -> Ran {
    let arguments = Arguments::try_parse_from(["curfew"].iter().chain(arguments)).unwrap();
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let ending = crate::run(&arguments, &mut Console::new(&mut input, &mut output, &mut errors, colours));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { ending, output: text(output), errors: text(errors) }
}

/// What clap says of arguments that make no sense.
fn refused(arguments: &[&str]) -> String {
    let refused = Arguments::try_parse_from(["curfew"].iter().chain(arguments)).unwrap_err();
    assert_eq!(refused.exit_code(), 2, "{refused}");
    refused.to_string()
}

/// A file that goes with the test.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("curfew-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn name(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.parent().unwrap_or(Path::new("")));
    }
}
