//! Where what is said goes: results to standard output, everything else beside them.

use std::io;

/// Writes a result to standard output. A reader that has seen enough (`| head`) is no failure.
///
/// # Errors
/// Standard output cannot be written.
pub fn answer(result: impl AsRef<[u8]>) -> io::Result<()> {
    write(io::stdout().lock(), result.as_ref())
}

/// Writes a message to standard error, where results are not. There is nobody to tell when that fails.
pub fn tell(message: impl std::fmt::Display) {
    let _ = write(io::stderr().lock(), format!("{message}\n").as_bytes());
}

fn write(mut to: impl io::Write, bytes: &[u8]) -> io::Result<()> {
    match to.write_all(bytes).and_then(|()| to.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
