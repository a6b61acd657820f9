//! Completions for a shell, as in `curfew completions bash > ~/.local/share/bash-completion/completions/curfew`.

use clap::CommandFactory;

use crate::arguments::{Arguments, Completions};
use crate::console::Console;
use crate::trouble::{Ending, Trouble};

/// Writes the script that the shell reads.
pub(crate) fn run(asked: &Completions, console: &mut Console<'_>) -> Result<Ending, Trouble> {
    // Made whole first: its generator panics where what it writes to is closed.
    let mut script = Vec::new();
    clap_complete::generate(asked.shell, &mut Arguments::command(), "curfew", &mut script);
    console.output.write_all(&script)?;
    Ok(Ending::Done)
}
