//! A real nginx in a directory of its own, with a block that some page prints.
#![expect(
    clippy::disallowed_methods,
    reason = "a test writes nginx's files and reads its logs"
)]

use super::server::folder_of;
use super::{PATIENCE, Server, in_time};
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::sleep;

/// What is around the printed block in a test: one process in the foreground, whose files lie in its own directory.
const AROUND: &str = "\
daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events {}
http {
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include printed.conf;
}
";

/// An nginx in front of a server. Dropped, it is ended.
pub struct Nginx {
    folder: PathBuf,
    /// A shell that ends nginx when its standard input does, whatever has become of this program.
    keeper: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Nginx {
    /// Runs the block in front of the server, once `nginx -t` finds nothing wrong with it.
    pub async fn start(story: &str, block: &str, server: &Server) -> Self {
        let folder = folder_of(story);
        let address = free_address();
        let log = folder.join("chat.log");
        let mut printed = block.to_owned();
        for (here, there) in [
            ("listen 80;", format!("listen {address};")),
            ("http://127.0.0.1:8000", format!("http://{}", server.address)),
            ("/var/log/nginx/chat.log", log.display().to_string()),
        ] {
            assert_eq!(printed.matches(here).count(), 1, "{here} is printed once:\n{block}");
            printed = printed.replace(here, &there);
        }
        fs::write(folder.join("printed.conf"), printed).expect("the block is written");
        fs::write(folder.join("nginx.conf"), AROUND).expect("the settings are written");
        let program = program();
        let arguments = ["-p", folder.to_str().expect("a path in UTF-8"), "-c", "nginx.conf"];
        let tried = Command::new(&program).args(arguments).arg("-t").output();
        let tried = tried.expect("nginx starts");
        let said = String::from_utf8_lossy(&tried.stderr);
        assert!(tried.status.success() && !said.contains("[warn]"), "nginx -t: {said}");

        let keeper = Command::new("sh")
            .args(["-c", r#""$0" "$@" & read -r _; kill -9 $!; wait"#])
            .arg(&program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh starts");
        let nginx = Self {
            folder,
            keeper,
            address,
        };
        let listens = tokio::time::timeout(PATIENCE, async {
            while TcpStream::connect(address).await.is_err() {
                sleep(Duration::from_millis(20)).await;
            }
        });
        assert!(
            listens.await.is_ok(),
            "nginx does not listen: {}",
            nginx.read("error.log")
        );
        nginx
    }

    /// Its log of requests, once it has this many lines.
    pub async fn log(&self, lines: usize) -> String {
        in_time("nginx logs", async {
            loop {
                let log = self.read("chat.log");
                if log.lines().count() >= lines {
                    return log;
                }
                sleep(Duration::from_millis(20)).await;
            }
        })
        .await
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// The program; Debian keeps it where not everybody looks.
fn program() -> PathBuf {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<_> = std::env::split_paths(&paths).collect();
    places.push("/usr/sbin".into());
    let found = places
        .iter()
        .map(|place| place.join("nginx"))
        .find(|path| path.exists());
    found.expect("there is no nginx: install it with `apt-get install nginx-light`, or run script/bootstrap")
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address")
}

/// A page of the repository.
pub fn page(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
