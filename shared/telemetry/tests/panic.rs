//! A fault of Curfew's own has a line like all others.

use std::io::{self, Write};
use std::panic;
use std::sync::{Arc, Mutex};

use remediation::clock::SystemClock;
use serde_json::Value;
use telemetry::log;
use tracing::level_filters::LevelFilter;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().map_err(|_| io::ErrorKind::Other)?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_panic_is_one_line_that_says_where_and_not_what() {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = log::subscriber("curfew", LevelFilter::INFO, SystemClock, move || writer.clone());
    panic::set_hook(Box::new(log::panicked));
    let ended = tracing::subscriber::with_default(subscriber, || panic::catch_unwind(|| panic!("a secret")));
    assert!(ended.is_err());

    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let line: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["level"], "ERROR");
    let message = line["message"].as_str().unwrap();
    assert!(message.starts_with("Curfew has a fault at shared/telemetry/tests/panic.rs:"), "{message}");
    assert!(!text.contains("secret"));
}
