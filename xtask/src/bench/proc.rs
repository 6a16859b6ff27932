//! What the kernel says about a process: CPU time and memory.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};

/// A process whose CPU time can be read.
pub trait Clocked {
    /// CPU time so far, in nanoseconds.
    fn cpu(&self) -> Result<u64>;
}

/// CPU time of all threads of a process, in nanoseconds.
pub fn cpu_of(pid: u32) -> Result<u64> {
    let mut sum = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task")).context("the server is gone")? {
        // A thread may end between the listing and the reading.
        if let Ok(line) = fs::read_to_string(task?.path().join("schedstat")) {
            sum += first_number(&line)?;
        }
    }
    Ok(sum)
}

/// CPU time of this thread, in nanoseconds.
pub fn own_cpu() -> Result<u64> {
    first_number(&fs::read_to_string("/proc/thread-self/schedstat")?)
}

fn first_number(line: &str) -> Result<u64> {
    line.split_whitespace()
        .next()
        .context("schedstat is empty")?
        .parse()
        .context("schedstat")
}

/// Resident memory in kilobytes (1,000 bytes), exactly.
pub fn resident_kb(pid: u32) -> Result<f64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).context("the server is gone")?;
    let line = rollup
        .lines()
        .find_map(|line| line.strip_prefix("Rss:"))
        .context("no Rss")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kib * 1.024)
}

/// What the machine is and how busy, for the reader of the table.
pub fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let model = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or_default();
    let cores = cpuinfo.lines().filter(|line| line.starts_with("processor")).count();
    format!(
        "{cores} x {} · Linux {} · TCP {} · load {}",
        model.trim_start_matches([' ', '\t', ':']),
        read("/proc/sys/kernel/osrelease").trim(),
        read("/proc/sys/net/ipv4/tcp_congestion_control").trim(),
        load()
    )
}

/// The load of the last minute: above a half, somebody else is using the machine and the numbers show it.
pub fn load() -> f64 {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace()
        .next()
        .and_then(|load| load.parse().ok())
        .unwrap_or_default()
}

/// Microseconds of one `fdatasync` after a small write in `folder`: the median and the 99th of a hundred.
pub fn fdatasync_us(folder: &Path) -> Result<(f64, f64)> {
    let path = folder.join("fdatasync");
    let mut file = fs::File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..100 {
        file.write_all(&[0; 4_096])?;
        let start = std::time::Instant::now();
        file.sync_data()?;
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    fs::remove_file(path)?;
    times.sort_by(f64::total_cmp);
    let at = |place: usize| times.get(place).copied().unwrap_or_default();
    Ok((at(50), at(98)))
}
