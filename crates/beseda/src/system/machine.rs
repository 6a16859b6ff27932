//! What a maintainer has to know of a machine, and the files that are read and written for that.

use super::{Outside, System};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Bytes of a line that are read; the rest of a longer one is passed over.
const LINE_BYTES: u64 = 64 * 1024;

/// Where a system tells what it is, and under which word this is shown.
const TOLD: [(&str, &str, &str); 6] = [
    ("system", "/etc/os-release", "PRETTY_NAME="),
    ("kernel", "/proc/sys/kernel/osrelease", ""),
    ("memory", "/proc/meminfo", "MemTotal:"),
    ("memory available", "/proc/meminfo", "MemAvailable:"),
    ("memory limit of the group", "/sys/fs/cgroup/memory.max", ""),
    ("open files, soft and hard limit", "/proc/self/limits", "Max open files"),
];

impl System {
    /// What this machine is, a word and what it says for each; what it does not tell is left out.
    pub fn machine(self) -> Vec<(&'static str, String)> {
        let told = TOLD.into_iter().filter_map(|(name, path, begin)| {
            let bytes = self.read(Path::new(path)).ok()?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let value = text.lines().find_map(|line| line.strip_prefix(begin))?;
            let words: Vec<&str> = value.trim_matches('"').split_whitespace().collect();
            Some((name, words.join(" ")))
        });
        let mut all: Vec<_> = told.collect();
        all.push(("architecture", std::env::consts::ARCH.to_owned()));
        if let Ok(processors) = std::thread::available_parallelism() {
            all.push(("processors", processors.to_string()));
        }
        if let Ok(zone) = fs::read_link("/etc/localtime") {
            all.push(("time zone", zone.display().to_string()));
        }
        all.push(("run by", self.user()));
        all
    }

    /// Gives each line of a file, without its end.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn each_line(self, path: &Path, each: &mut dyn FnMut(&str)) -> io::Result<()> {
        let mut reader = BufReader::new(File::open(path)?);
        let mut line = Vec::new();
        loop {
            line.clear();
            let bytes = io::Read::take(&mut reader, LINE_BYTES).read_until(b'\n', &mut line)?;
            if bytes == 0 {
                return Ok(());
            }
            if line.last() != Some(&b'\n') {
                reader.skip_until(b'\n')?;
            }
            each(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']));
        }
    }

    /// What is in a folder, a line for each in the order of their names, `most` of them: mode, owner, bytes and name.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn listing(self, folder: &Path, most: usize) -> io::Result<Vec<String>> {
        let mut lines = Vec::new();
        for name in self.names(folder)?.unwrap_or_default().into_iter().take(most) {
            let line = match fs::symlink_metadata(folder.join(&name)) {
                Ok(meta) => {
                    let (mode, user, group, bytes) = (meta.mode(), meta.uid(), meta.gid(), meta.len());
                    format!("{mode:06o} {user}:{group} {bytes:>12} {name}")
                }
                Err(error) => format!("{name}: {error}"),
            };
            lines.push(line);
        }
        Ok(lines)
    }

    /// The names of what is in a folder; `None` where there is none.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn names(self, folder: &Path) -> io::Result<Option<Vec<String>>> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        Ok(Some(names))
    }

    /// Writes a file that only its owner may read, in the place of one that is there.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_private(self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::pretend::Scratch;

    #[test]
    fn a_folder_is_listed_and_a_file_is_written_anew() {
        let folder = Scratch::new();
        assert_eq!(System.names(&folder.0).unwrap(), None);
        System.make_private_folder(&folder.0).unwrap();
        assert_eq!(System.names(&folder.0).unwrap(), Some(Vec::new()));
        for text in ["a longer text", "text"] {
            System.write_private(&folder.0.join("a"), text.as_bytes()).unwrap();
        }
        assert_eq!(System.read(&folder.0.join("a")).unwrap(), b"text");
        let [line] = <[String; 1]>::try_from(System.listing(&folder.0, 10).unwrap()).unwrap();
        assert!(line.starts_with("100600 ") && line.ends_with(" 4 a"), "{line}");
        System.write_private(&folder.0.join("b"), b"one too many").unwrap();
        assert_eq!(System.listing(&folder.0, 1).unwrap(), [line]);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_and_the_next_one_is_whole() {
        let folder = Scratch::new();
        System.make_private_folder(&folder.0).unwrap();
        let path = folder.0.join("log");
        let most = usize::try_from(LINE_BYTES).unwrap();
        for (first, kept) in [(most - 1, most - 1), (most, most), (most + 1, most)] {
            let text = format!("{}\nnext\nlast", "x".repeat(first));
            System.write_private(&path, text.as_bytes()).unwrap();
            let mut lines = Vec::new();
            System
                .each_line(&path, &mut |line| lines.push(line.to_owned()))
                .unwrap();
            assert_eq!(lines[0].len(), kept);
            assert_eq!(lines[1..], ["next", "last"], "{first}");
        }
    }
}
