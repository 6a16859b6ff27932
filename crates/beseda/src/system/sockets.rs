//! Sockets as the machine has them: those that were handed over, files of sockets, who listens where.

use super::{Inode, System};
use listenfd::ListenFd;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// A socket that whoever started this process listens on for it.
#[derive(Debug)]
pub enum HandedOver {
    /// An address.
    Tcp(TcpListener),
    /// A file.
    Unix(UnixListener),
}

/// What stands in the way of a socket's file.
#[derive(Debug, PartialEq, Eq)]
pub enum InTheWay {
    /// Somebody listens there.
    Listener,
    /// It is no socket.
    Other,
}

/// The file of a socket that this process made. It goes with this, unless another has the name by then.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    inode: Inode,
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|meta| Inode::of(&meta) == self.inode) {
            // Where it cannot be taken away, the next start finds that nobody listens there.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl System {
    /// The sockets that systemd, or whoever speaks its protocol, has handed over (`LISTEN_FDS`). They are asked for once,
    /// before there is another thread.
    ///
    /// # Errors
    /// One of them is no socket to take connections from.
    pub fn handed_over(self) -> io::Result<Vec<HandedOver>> {
        let mut handed = ListenFd::from_env();
        let mut sockets = Vec::new();
        for at in 0..handed.len() {
            if let Ok(Some(listener)) = handed.take_tcp_listener(at) {
                sockets.push(HandedOver::Tcp(listener));
            } else if let Some(listener) = handed.take_unix_listener(at)? {
                sockets.push(HandedOver::Unix(listener));
            }
        }
        Ok(sockets)
    }

    /// Makes room for a socket's file: one that nobody listens at any more is taken away. What else is there, stays.
    ///
    /// # Errors
    /// It cannot be looked at, or not taken away.
    pub fn make_way(self, path: &Path) -> io::Result<Result<(), InTheWay>> {
        let meta = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Ok(())),
            meta => meta?,
        };
        if !meta.file_type().is_socket() {
            return Ok(Err(InTheWay::Other));
        }
        match UnixStream::connect(path) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path).map(Ok),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Ok(())),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(error),
            // Also where its queue is full.
            Ok(_) | Err(_) => Ok(Err(InTheWay::Listener)),
        }
    }

    /// Says who may connect to a socket's file that was just made here, and takes it away in the end.
    ///
    /// # Errors
    /// The permissions cannot be set.
    pub fn own_socket(self, path: &Path, mode: u32) -> io::Result<SocketFile> {
        let file = SocketFile {
            path: path.to_owned(),
            inode: Inode::of(&fs::symlink_metadata(path)?),
        };
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        Ok(file)
    }

    /// Which process listens on a port of this machine, where that can be seen: `nginx (process 17)`.
    pub fn listener_on(self, port: u16) -> Option<String> {
        let sockets: Vec<String> = ["/proc/self/net/tcp", "/proc/self/net/tcp6"]
            .iter()
            .filter_map(|table| fs::read_to_string(table).ok())
            .flat_map(|table| listening(&table, port))
            .map(|inode| format!("socket:[{inode}]"))
            .collect();
        let has_one = |process: &Path| {
            let files = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
            files
                .filter_map(|file| fs::read_link(file.path()).ok())
                .any(|target| sockets.iter().any(|socket| target.as_os_str() == socket.as_str()))
        };
        // Besides numbers, there are other names for this process and this thread.
        let number = |entry: fs::DirEntry| entry.file_name().to_str()?.parse::<u32>().ok();
        let mut numbers = fs::read_dir("/proc").ok()?.flatten().filter_map(number);
        let process = |number: u32| Path::new("/proc").join(number.to_string());
        let number = numbers.find(|number| has_one(&process(*number)))?;
        let name = fs::read_to_string(process(number).join("comm")).ok()?;
        Some(format!("{} (process {number})", name.trim()))
    }
}

/// The numbers of the sockets that listen on a port, of a table of the kernel's.
fn listening(table: &str, port: u16) -> Vec<String> {
    const LISTEN: &str = "0A";
    let line = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
        let (_, in_hex) = local.rsplit_once(':')?;
        let here = u16::from_str_radix(in_hex, 16) == Ok(port);
        (here && *state == LISTEN).then(|| (*inode).to_owned())
    };
    table.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::pretend::Scratch;

    #[test]
    fn a_table_of_the_kernel_tells_which_sockets_listen_on_a_port() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
             \x20  0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1\n\
             \x20  1: 0100007F:1F40 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 4712 1\n\
             \x20  2: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1\n";
        assert_eq!(listening(table, 8000), ["4711"]);
        assert_eq!(listening(table, 8002), Vec::<String>::new());
    }

    #[test]
    fn who_listens_on_a_port_of_this_machine_is_named() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let named = System.listener_on(port).unwrap();
        assert!(named.ends_with(&format!("(process {})", std::process::id())), "{named}");
        drop(listener);
        assert_eq!(System.listener_on(port), None);
    }

    #[test]
    fn a_file_that_nobody_listens_at_makes_way_and_nothing_else_does() {
        let folder = Scratch::new();
        fs::create_dir(&folder.0).unwrap();
        let path = folder.0.join("b.sock");
        assert_eq!(System.make_way(&path).unwrap(), Ok(()));
        let listener = UnixListener::bind(&path).unwrap();
        assert_eq!(System.make_way(&path).unwrap(), Err(InTheWay::Listener));
        drop(listener);
        assert_eq!(System.make_way(&path).unwrap(), Ok(()));
        assert!(!path.exists());
        fs::write(&path, "somebody's").unwrap();
        assert_eq!(System.make_way(&path).unwrap(), Err(InTheWay::Other));
        assert_eq!(fs::read(&path).unwrap(), b"somebody's");
    }

    #[test]
    fn a_socket_takes_its_own_file_away_and_no_others() {
        let folder = Scratch::new();
        fs::create_dir(&folder.0).unwrap();
        let path = folder.0.join("b.sock");
        let _listener = UnixListener::bind(&path).unwrap();
        let file = System.own_socket(&path, 0o620).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o620);
        drop(file);
        assert!(!path.exists());

        let _listener = UnixListener::bind(&path).unwrap();
        let file = System.own_socket(&path, 0o660).unwrap();
        fs::rename(&path, folder.0.join("old.sock")).unwrap();
        let _successor = UnixListener::bind(&path).unwrap();
        drop(file);
        assert!(path.exists(), "another server's socket was taken away");
    }
}
