//! Answers questions about security groups in files; [`exposure::run`] says how to ask.

use std::env;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    exposure::run(&arguments, io::stdin().lock(), io::stdout().lock(), io::stderr().lock())
}
