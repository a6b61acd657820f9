//! `curfew`: what people ask at a terminal, answered with the functions' own code.
//!
//! No function: it is not deployed, and works with the credentials of whoever runs it, where it needs any. A subcommand is
//! a file here; one that asks AWS, or the part of one that does, is a file in `live/`. To add one, such as a preview: a
//! variant of `Command` in `arguments.rs`, its arguments beside it, a line in `run`, its file.

mod arguments;
mod completions;
mod console;
mod explain;
mod exposure;
#[cfg(feature = "live")]
mod live;
mod settings;
mod subjects;
#[cfg(test)]
mod tests;
mod trouble;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};
use crate::console::{Colours, Console};
use crate::trouble::{Ending, Trouble};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (mut output, mut errors) = (io::stdout().lock(), io::stderr().lock());
    let colours =
        Colours { output: console::shows_colours(&output), errors: console::shows_colours(&errors) };
    let mut output = io::BufWriter::new(&mut output);
    let mut input = console::Input::default();
    let mut console = Console::new(&mut input, &mut output, &mut errors, colours);
    run(&arguments, &mut console).into()
}

/// Does what is asked, and says how it ended.
fn run(arguments: &Arguments, console: &mut Console<'_>) -> Ending {
    console.json = arguments.json;
    let ended = match &arguments.command {
        Command::Explain(asked) => explain::run(asked, console),
        Command::Exposure(asked) => exposure::run(asked, console),
        Command::Subjects(asked) => subjects::run(asked, console),
        Command::Settings(asked) => settings::run(asked, console),
        #[cfg(feature = "live")]
        Command::Preview(asked) => live::preview::run(asked, console),
        #[cfg(feature = "live")]
        Command::Report(asked) => live::report::run(asked, console),
        #[cfg(feature = "live")]
        Command::History(asked) => live::history::run(asked, console),
        #[cfg(feature = "live")]
        Command::Restore(asked) => live::restore::run(asked, console),
        Command::Completions(asked) => completions::run(asked, console),
    };
    let ended = ended.and_then(|ending| console.flush().map(|()| ending));
    ended.unwrap_or_else(|trouble| trouble.told(console))
}
