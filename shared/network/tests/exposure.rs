//! The example `exposure`, as people run it.

#![expect(clippy::disallowed_types, reason = "no function's code, it runs the example")]

use std::env::consts::EXE_SUFFIX;
use std::io::Write;
use std::process::{Command, Stdio};

#[test]
fn the_example_reads_answers_and_complains_where_a_terminal_does() {
    // Cargo builds examples beside the folder of its tests.
    let test = std::env::current_exe().unwrap();
    let built = test.parent().and_then(|deps| deps.parent()).unwrap().join("examples");
    let mut process = Command::new(built.join(format!("exposure{EXE_SUFFIX}")))
        .args(["--text", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let groups = br#"{"SecurityGroups": [{"GroupId": "sg-1"}, {"GroupName": "nameless"}]}"#;
    process.stdin.take().unwrap().write_all(groups).unwrap();
    let output = process.wait_with_output().unwrap();
    assert_eq!(output.stdout, b"sg-1: nothing is open that should not be\n");
    assert_eq!(output.stderr, b"a group without an id: `SecurityGroups[1].GroupId` is missing\n");
    assert_eq!(output.status.code(), Some(1));
}
