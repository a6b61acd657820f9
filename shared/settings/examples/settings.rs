//! Says whether settings can be used, with the code that the functions read them with.
//!
//! `cargo run -p settings --example settings < settings.json`: silent and with status 0 where they can; else the
//! reason, which names the key, and status 1.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use settings::Settings;

fn main() -> io::Result<ExitCode> {
    let mut json = String::new();
    io::stdin().read_to_string(&mut json)?;
    match Settings::parse("the settings", &json) {
        Ok(_) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            writeln!(io::stderr(), "{error}")?;
            Ok(ExitCode::FAILURE)
        }
    }
}
