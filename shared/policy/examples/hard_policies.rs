//! Writes the policies that are hard to decide, one a line, for `make bench`.

#[path = "../tests/behaviour/support/hard.rs"]
mod hard;

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let mut output = io::stdout().lock();
    hard::all().iter().try_for_each(|(_, policy)| writeln!(output, "{policy}"))
}
