//! What a machine does to a server: small disks that fill up, disks that turn read-only, and clocks that are wrong.
#![expect(
    clippy::disallowed_methods,
    reason = "a test does to a server's disk what a machine does"
)]

use super::{Server, in_time};
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tokio::time::sleep;

/// Puts a disk of so many KiB in memory in place of a folder, with what is in that, and goes on as something else.
const IN_MEMORY: &str = r#"set -e
mkdir -p "$1.disk"
mount -t tmpfs -o "size=$0k" beseda "$1.disk"
cp -a "$1/." "$1.disk"
mount --bind "$1.disk" "$1"
shift
exec "$@""#;

/// Puts the disk that is in a file in place of a folder.
const IN_A_FILE: &str = r#"set -e
mount -o "loop,$0" "$1.image" "$1"
shift
exec "$@""#;

/// How mounts are kept to one process: root's way, and everybody's where the system allows it.
const APART: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];

/// A disk in place of the data of a server, which that one alone sees.
pub struct Disk {
    /// The data, as the server sees them.
    pub data: PathBuf,
}

impl Server {
    /// Serves from a copy of its data on a disk of so many KiB in memory; it is gone with the server's process.
    pub async fn serve_from_memory(&mut self, kibibytes: u32) -> Disk {
        let size = kibibytes.to_string();
        self.through = apart(&["sh", "-c", IN_MEMORY, &size, path(&self.data())]);
        self.serve().await;
        self.disk()
    }

    /// Puts its data onto a disk in a file, with a file system that turns read-only when it meets an error.
    pub async fn move_into_a_file(&mut self) {
        let (data, image) = (self.data(), image_of(&self.data()));
        let made = ["-q", "-t", "ext4", "-d", path(&data), path(&image), "32M"];
        ran("mke2fs", &made, "mke2fs (e2fsprogs) makes the disk of this story");
        self.mount_from_a_file("ro").await;
        let tried = Command::new(&self.through[0])
            .args(&self.through[1..])
            .arg("true")
            .output();
        let tried = tried.expect("unshare (util-linux) starts");
        assert!(
            tried.status.success(),
            "this story needs a disk of its own that meets an error, and there is none: run it as root, with CAP_SYS_ADMIN and \
             loop devices. {}",
            String::from_utf8_lossy(&tried.stderr)
        );
    }

    /// Mounts that disk like this when it is started again, once nothing holds it any more and what an error has left there is
    /// mended; only root can.
    pub async fn mount_from_a_file(&mut self, options: &str) {
        self.check_the_file().await;
        let data = self.data();
        let through = ["unshare", "--mount", "sh", "-c", IN_A_FILE, options, path(&data)];
        self.through = through.map(str::to_owned).to_vec();
    }

    /// The disk that it serves from.
    pub fn disk(&self) -> Disk {
        let root = Path::new("/proc").join(self.process_id().to_string()).join("root");
        let data = self.data();
        let data = root.join(data.strip_prefix("/").expect("an absolute path"));
        Disk { data }
    }

    async fn check_the_file(&self) {
        let image = image_of(&self.data());
        in_time("the disk is let go", async {
            while !ran("losetup", &["-j", path(&image)], "losetup (util-linux)").is_empty() {
                sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
        let checked = Command::new("e2fsck").args(["-f", "-y"]).arg(&image).output();
        let checked = checked.expect("e2fsck (e2fsprogs) starts");
        let told = String::from_utf8_lossy(&checked.stdout);
        assert!(checked.status.code().is_some_and(|code| code <= 1), "{told}");
    }
}

impl Disk {
    /// Fills it to the last byte.
    pub fn fill(&self) {
        let mut filler = File::create(self.data.join("filler")).expect("a file");
        for block in [65_536, 4_096, 1] {
            while filler.write_all(&vec![0; block]).is_ok() {}
        }
    }

    /// Makes room again.
    pub fn clear(&self) {
        fs::remove_file(self.data.join("filler")).expect("it is gone");
    }

    /// An error of the disk, after which the system takes it for read-only, also for who has files open.
    pub fn meet_an_error(&self, server: &Server) {
        let mounts = format!("/proc/{}/mounts", server.process_id());
        let mounts = fs::read_to_string(mounts).expect("its mounts");
        let data = server.data();
        let device = mounts.lines().find_map(|line| {
            let (device, rest) = line.split_once(' ')?;
            rest.starts_with(&format!("{} ", data.display())).then_some(device)
        });
        let device = device.and_then(|device| device.strip_prefix("/dev/"));
        let trigger = format!("/sys/fs/ext4/{}/trigger_fs_error", device.expect("a device"));
        fs::write(&trigger, "1").unwrap_or_else(|error| panic!("{trigger}, which ext4 has for tests: {error}"));
    }
}

/// A command in which mounts are for it alone.
fn apart(command: &[&str]) -> Vec<String> {
    let can_mount = |flags: &&&[&str]| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let tried = Command::new("unshare")
            .args(**flags)
            .args(["mount", "-t", "tmpfs", "-o", "size=64k", "beseda"])
            .arg(folder)
            .output();
        tried.expect("unshare (util-linux) starts").status.success()
    };
    let flags = APART.iter().find(can_mount).expect(
        "this story needs to mount a disk, and may not: run it as root with CAP_SYS_ADMIN, or allow user namespaces to everybody \
         (sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0)",
    );
    let through = ["unshare"].iter().chain(*flags).chain(command);
    through.map(|word| (*word).to_owned()).collect()
}

fn image_of(data: &Path) -> PathBuf {
    data.with_extension("image")
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// What a program says that has to end well; `needed` tells whoever does not have it.
fn ran(program: &str, arguments: &[&str], needed: &str) -> String {
    let paths = std::env::var("PATH").unwrap_or_default();
    let output = Command::new(program)
        .args(arguments)
        .env("PATH", format!("{paths}:/usr/sbin:/sbin"))
        .output()
        .unwrap_or_else(|error| panic!("{needed}: {error}"));
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {wrong}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The time of day as a server has it, with its commands.
pub struct WrongClock(File);

impl WrongClock {
    /// Lets a server that does not run have a clock that can be moved, from its next start on.
    pub fn of(server: &mut Server) -> Self {
        let folder = server.data().parent().expect("a folder").to_owned();
        let [library, ahead] = ["clock.so", "clock"].map(|name| folder.join(name));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/harness/clock.c");
        let arguments = ["-shared", "-fPIC", "-O1", "-o", path(&library), source, "-ldl"];
        ran("cc", &arguments, "a C compiler (cc) builds the clock of this story");
        fs::write(&ahead, [0; 8]).expect("it is written");
        let moved = File::options().write(true).open(&ahead).expect("it is there");
        server.environment = vec![("LD_PRELOAD", library), ("WRONG_CLOCK", ahead)];
        Self(moved)
    }

    /// From now on it is ahead by so many seconds, or behind where they are below zero.
    pub fn is_ahead_by(&self, seconds: i64) {
        self.0.write_all_at(&seconds.to_ne_bytes(), 0).expect("it is moved");
    }
}
