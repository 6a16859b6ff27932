//! How much memory the process of a test has.
#![expect(clippy::expect_used, reason = "a test-kit: a test that cannot ask has failed")]

use std::process::Command;

/// What the system says that this process keeps in memory, in bytes.
///
/// # Panics
/// Where the system does not say, as Linux does in `/proc`.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "there is no other way to ask")]
pub fn resident_bytes() -> usize {
    const PAGE: usize = 4_096;
    let pages = std::fs::read_to_string("/proc/self/statm").expect("Linux says it");
    let resident = pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    resident.expect("the second of its numbers") * PAGE
}

/// Runs a test in a process of its own, where no other one takes memory meanwhile. `name` is the test's own, whole.
///
/// # Panics
/// Where the test does, or no process can be started.
#[expect(
    clippy::disallowed_methods,
    reason = "which of the two processes this is, only the environment tells"
)]
pub fn alone(name: &str, test: impl FnOnce()) {
    const ALONE: &str = "TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return test();
    }
    let tests = std::env::current_exe().expect("this program");
    let ran = Command::new(tests)
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(ALONE, "1")
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}
