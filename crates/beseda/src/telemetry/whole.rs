//! The log file's lines: those of standard error without the ids of requests, since operators look for whole lines there.

use std::io::{self, Write};
use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

/// What stands between the time of a line and the id of its request.
const BEFORE: &str = " [request_id=";
/// What ends an id, in which it cannot stand.
const BEHIND: char = ']';

/// Writes lines without the ids behind their times.
pub struct Whole<W>(pub W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Whole<W> {
    type Writer = Whole<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Whole(self.0.make_writer())
    }

    fn make_writer_for(&'a self, meta: &Metadata<'_>) -> Self::Writer {
        Whole(self.0.make_writer_for(meta))
    }
}

impl<W: Write> Write for Whole<W> {
    /// A line comes in one piece, and goes on in one: files count by lines.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes);
        match parts(&line) {
            Some((time, said)) => self.0.write_all(format!("{time}{said}").as_bytes())?,
            None => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The time of a line and what is said in it, around the id; nothing where there is none.
fn parts(line: &str) -> Option<(&str, &str)> {
    let (time, rest) = line.split_at_checked(line.find(' ')?)?;
    let (_, said) = rest.strip_prefix(BEFORE)?.split_once(BEHIND)?;
    Some((time, said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_behind_the_time_is_left_out_and_nothing_that_looks_like_one() {
        for (line, kept) in [
            ("12Z [request_id=7f] INFO: said", "12Z INFO: said"),
            (
                "12Z INFO: said [request_id=7f] by somebody",
                "12Z INFO: said [request_id=7f] by somebody",
            ),
            ("12Z [request_id=7f", "12Z [request_id=7f"),
            ("said", "said"),
        ] {
            let mut out = Whole(Vec::new());
            out.write_all(line.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(out.0).unwrap(), kept);
        }
    }
}
