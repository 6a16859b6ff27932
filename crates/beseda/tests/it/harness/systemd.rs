//! A machine of its own for what is shipped: a real systemd in namespaces, where the kernel lets us make them.
#![expect(
    clippy::disallowed_methods,
    reason = "a test makes a machine, and takes it away again"
)]

use super::PATIENCE;
use super::server::folder_of;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const MACHINE: &str = include_str!("systemd.sh");

const NAMESPACES: [&str; 8] = [
    "--mount",
    "--pid",
    "--fork",
    "--ipc",
    "--uts",
    "--net",
    "--cgroup",
    "--kill-child",
];

/// What is shipped.
pub fn deploy() -> PathBuf {
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
    deploy.canonicalize().expect("the folder is there")
}

/// Starts a machine with these units of what is shipped, and says what a script says there, as root, once they have
/// started. `None` where no machine can be made: not by root, or in a container that keeps namespaces and groups of
/// processes for itself.
pub fn on_a_machine(story: &str, units: &str, script: &str) -> Option<String> {
    let Some(group) = Group::new(story) else {
        let _ = writeln!(
            io::stderr(),
            "{story}: no machine can be made here, what is shipped was only read"
        );
        return None;
    };
    let folder = folder_of(story);
    fs::write(folder.join("try"), script).expect("the script is written");
    let made = group
        .enter(MACHINE)
        .env("DEPLOY", deploy())
        .env("BINARY", env!("CARGO_BIN_EXE_beseda"))
        .env("SHARED", &folder)
        .env("START", units)
        .output();
    let made = made.expect("a shell starts");
    let said = fs::read_to_string(folder.join("said")).unwrap_or_default();
    assert!(made.status.success(), "{} {said}", words(&made));
    fs::remove_dir_all(folder).expect("the folder goes");
    Some(said)
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A group of processes of the kernel's. Dropped, it is gone.
struct Group(PathBuf);

impl Group {
    fn new(story: &str) -> Option<Self> {
        let group = Self(groups()?.join(format!("beseda-{story}-{}", std::process::id())));
        match fs::create_dir(&group.0) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return None,
            Ok(()) | Err(_) => {}
        }
        let tried = "mount --make-rprivate / && umount -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup";
        let tried = group.enter(tried).output().expect("a shell starts");
        tried.status.success().then_some(group)
    }

    /// A shell in the group and in namespaces of its own, which ends in time.
    fn enter(&self, script: &str) -> Command {
        let mut command = Command::new("sh");
        let seconds = PATIENCE.as_secs().to_string();
        command
            .args(["-c", r#"echo $$ >"$0/cgroup.procs" && exec "$@""#])
            .arg(&self.0)
            .args(["timeout", "--signal=KILL", &seconds, "unshare"])
            .args(NAMESPACES)
            .args(["sh", "-c", script])
            .stdin(Stdio::null());
        command
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let begun = Instant::now();
        // Its last processes are on their way out.
        while remove_groups(&self.0).is_err() && begun.elapsed() < PATIENCE {
            sleep(Duration::from_millis(20));
        }
    }
}

/// Where this process's group is in the file system.
fn groups() -> Option<PathBuf> {
    let mounts = fs::read_to_string("/proc/mounts").ok()?;
    let mounted = mounts.lines().find_map(|line| {
        let mut fields = line.split(' ');
        let (place, kind) = (fields.nth(1)?, fields.next()?);
        (kind == "cgroup2").then_some(place)
    })?;
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    Some(Path::new(mounted).join(own))
}

fn remove_groups(folder: &Path) -> io::Result<()> {
    let inside = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        inside => inside?,
    };
    for entry in inside.flatten() {
        if entry.path().is_dir() {
            remove_groups(&entry.path())?;
        }
    }
    fs::remove_dir(folder)
}
