//! How much memory the process of a test has.
#![expect(clippy::expect_used, reason = "a test-kit: a test that cannot ask has failed")]

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
