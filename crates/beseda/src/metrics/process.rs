//! What every program shows of itself, under the names that every program gives it.

use crate::system::System;
use beseda_core::words::Time;
use beseda_counts::{Amount, Fraction, Gauge, Page};
use parking_lot::Mutex;

/// Ticks of a second, in which Linux counts a process's time for everybody who reads `/proc`.
const TICKS: f64 = 100.0;
/// Bytes of a kilobyte, in which `/proc` counts memory.
const KIB: i64 = 1_024;

/// The process, as of the last look.
#[derive(Debug, Default)]
pub struct Process {
    open_fds: Gauge,
    max_fds: Gauge,
    resident: Gauge,
    virtual_memory: Gauge,
    threads: Gauge,
    cpu: Amount,
    /// How much of that is shown already.
    cpu_shown: Mutex<f64>,
    started: Fraction,
}

impl Process {
    /// This process, which started at this time.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a time of this century in microseconds is below 2^53"
    )]
    pub fn started_at(time: Time) -> Self {
        let process = Self::default();
        process.started.set(time.0 as f64 / 1e6);
        process
    }

    /// Puts everything on the page of numbers.
    pub fn show(&self, page: &mut Page) {
        let gauges = [
            ("process_open_fds", "Open files and sockets", &self.open_fds),
            (
                "process_max_fds",
                "How many files and sockets may be open",
                &self.max_fds,
            ),
            (
                "process_resident_memory_bytes",
                "Memory in use, in bytes",
                &self.resident,
            ),
            (
                "process_virtual_memory_bytes",
                "Memory asked for, in bytes",
                &self.virtual_memory,
            ),
            ("process_threads", "Threads", &self.threads),
        ];
        for (name, help, gauge) in gauges {
            page.show_usual(name, help, gauge.clone());
        }
        page.show_usual("process_cpu_seconds", "Processor time, in seconds", self.cpu.clone());
        page.show_usual(
            "process_start_time_seconds",
            "When the process started, in seconds since 1970",
            self.started.clone(),
        );
    }

    /// Looks again. What this system does not tell stays as it was.
    pub fn look(&self) {
        if let Some((open, most)) = System.open_files(std::process::id()) {
            self.open_fds.set(i64::try_from(open).unwrap_or(i64::MAX));
            self.max_fds.set(i64::try_from(most).unwrap_or(i64::MAX));
        }
        if let Ok(status) = System.of_process("status") {
            let kib = |name| number_of(&status, name).map(|kib| kib.saturating_mul(KIB));
            let known = [
                (&self.resident, kib("VmRSS")),
                (&self.virtual_memory, kib("VmSize")),
                (&self.threads, number_of(&status, "Threads")),
            ];
            for (gauge, value) in known {
                if let Some(value) = value {
                    gauge.set(value);
                }
            }
        }
        if let Some(spent) = System.of_process("stat").ok().as_deref().and_then(cpu_seconds) {
            let mut shown = self.cpu_shown.lock();
            self.cpu.inc_by((spent - *shown).max(0.0));
            *shown = shown.max(spent);
        }
    }
}

/// `VmRSS:     12345 kB`.
fn number_of(status: &str, name: &str) -> Option<i64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The 14th and the 15th word of `stat`: time in the program and in the system for it. The second word is the name of the
/// program in brackets, in which anything may stand.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let (_, behind) = stat.rsplit_once(')')?;
    let mut words = behind.split_whitespace().skip(11);
    let mut ticks = || words.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_read_by_its_names() {
        let status = "Name:\tbeseda\nVmSize:\t  204800 kB\nVmRSS:\t   10240 kB\nThreads:\t7\n";
        assert_eq!(number_of(status, "VmRSS"), Some(10_240));
        assert_eq!(number_of(status, "Threads"), Some(7));
        assert_eq!(number_of(status, "VmSwap"), None);
        let stat = "42 (be) seda) S 1 2 3 4 5 6 7 8 9 10 250 50 13 14 15";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(cpu_seconds("42"), None);
    }

    #[test]
    fn a_look_shows_this_process() {
        let process = Process::started_at(Time(1_500_000));
        process.look();
        assert!(process.open_fds.get() > 2 && process.max_fds.get() > 2);
        assert!(process.resident.get() > 100_000 && process.threads.get() > 0);
        assert!((process.started.get() - 1.5).abs() < 1e-9);
    }
}
