//! Files as people bring and fetch them, and what of them lies in the server's folders.
#![expect(
    clippy::disallowed_methods,
    reason = "a test looks into the server's folders, and puts things there"
)]

use super::{Actor, Answer, Server, actor, in_time};
use beseda_core::ports::{Clock, Look, Random, Tx};
use beseda_core::words::{Limits, Time};
use beseda_core::{Chat, Error};
use beseda_live::ask;
use beseda_store::Opened;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// Stands between the parts of every form.
pub const BOUNDARY: &str = "a-boundary-of-the-stories";

/// A multipart form, byte by byte: a library would put right what a hostile client sends.
#[derive(Clone, Default)]
pub struct Parts(Vec<u8>);

impl Parts {
    /// A part with whatever is said of it.
    #[must_use]
    pub fn raw(mut self, said: impl AsRef<[u8]>, bytes: &[u8]) -> Self {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; ");
        for piece in [head.as_bytes(), said.as_ref(), b"\r\n\r\n", bytes, b"\r\n"] {
            self.0.extend_from_slice(piece);
        }
        self
    }

    /// A text.
    #[must_use]
    pub fn text(self, name: &str, value: impl std::fmt::Display) -> Self {
        self.raw(format!("name=\"{name}\""), value.to_string().as_bytes())
    }

    /// A file, called as browsers say it.
    #[must_use]
    pub fn file(self, name: &str, title: &str, bytes: &[u8]) -> Self {
        let title = title.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        self.raw(format!("name=\"{name}\"; filename=\"{title}\""), bytes)
    }

    /// The whole body.
    #[must_use]
    pub fn body(mut self) -> Vec<u8> {
        self.0.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.0
    }
}

/// A file as it was fetched.
#[derive(Clone)]
pub struct Download {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = String::from_utf8_lossy(self.bytes.get(..400).unwrap_or(&self.bytes));
        write!(f, "{} {:?} {text}", self.status, self.headers)
    }
}

impl Download {
    /// A header's value, empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("a header in ASCII"))
            .unwrap_or_default()
    }
}

impl Actor {
    /// Sends a form as a message of contract 4.
    pub async fn post_form(&self, parts: Parts) -> Answer {
        let request = self
            .request(Method::POST, "/api/chat/messages/")
            .header("Content-Type", format!("multipart/form-data; boundary={BOUNDARY}"));
        actor::answer(request.body(parts.body())).await
    }

    /// Sends a file in a message, whatever becomes of it.
    pub async fn bring(&self, room: i64, title: &str, bytes: &[u8]) -> Answer {
        self.post_form(Parts::default().text("room", room).file("file", title, bytes))
            .await
    }

    /// Sends a file that is taken; the message, and the address of the file.
    pub async fn send_file(&self, room: i64, title: &str, bytes: &[u8]) -> (Value, String) {
        let answer = self.bring(room, title, bytes).await;
        assert_eq!(answer.status, 201, "{title}: {answer:?}");
        let message = answer.json();
        let file = message["file"].as_str().unwrap_or_else(|| panic!("no file: {message}"));
        assert!(file.starts_with("/files/"), "{file}");
        let file = file.to_owned();
        (message, file)
    }

    /// Fetches a file.
    pub async fn fetch(&self, path: &str) -> Download {
        self.fetch_with(Method::GET, path, &[]).await
    }

    /// Fetches a file with these headers.
    pub async fn fetch_with(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Download {
        let mut request = self.request(method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = in_time("an answer", request.send()).await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = in_time("a body", response.bytes()).await.expect("a whole body");
        Download {
            status,
            headers,
            bytes: bytes.to_vec(),
        }
    }
}

impl Server {
    /// Where files are kept.
    pub fn shelves(&self) -> PathBuf {
        self.data().join("uploads/chat")
    }

    /// What is kept for good, by its path under [`Self::shelves`].
    pub fn kept(&self) -> BTreeMap<String, Vec<u8>> {
        let mut kept = everything_in(&self.shelves());
        kept.retain(|path, _| !path.starts_with("incoming/"));
        kept
    }

    /// Uploads in progress, or what is left of them.
    pub fn in_progress(&self) -> Vec<String> {
        everything_in(&self.shelves().join("incoming")).into_keys().collect()
    }

    /// Waits until no upload is in progress any more.
    pub async fn nothing_in_progress(&self) {
        in_time("no upload is in progress", async {
            while !self.in_progress().is_empty() {
                sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
    }

    /// What the server has used of memory: at most since its start (`VmHWM`), or now (`VmRSS`), in KiB.
    pub fn memory_kib(&self, word: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process_id())).expect("Linux tells of memory");
        let line = status.lines().find(|line| line.starts_with(word));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.and_then(|number| number.parse().ok()).expect("a number of KiB")
    }

    /// Asks the store itself, whether the server runs or not.
    pub async fn store<T: Send + 'static>(
        &self,
        rule: impl FnOnce(&mut dyn Look) -> Result<T, Error> + Send + 'static,
    ) -> T {
        let (store, chat) = self.open_chat();
        let answer = ask::look(&chat, rule).await.expect("the store answers");
        store.close();
        answer
    }

    /// Changes something in the store itself.
    pub async fn change_store(&self, rule: impl FnMut(&mut dyn Tx) -> Result<(), Error> + Send + 'static) {
        let (store, chat) = self.open_chat();
        ask::change(&chat, rule).await.expect("the store is changed");
        store.close();
    }

    fn open_chat(&self) -> (Arc<dyn Opened>, Chat) {
        let store = self.open_store();
        let limits = Arc::new(Limits::default());
        let chat = Chat::new(Arc::clone(&store) as _, Arc::new(Stopped), Arc::new(Stopped), limits);
        (store, chat)
    }
}

/// No rule of these stories asks for the time or for randomness.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Time {
        Time(0)
    }
}

impl Random for Stopped {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// Every file in a folder and those in it, by its path under that folder.
pub fn everything_in(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path) {
                let under = path.strip_prefix(folder).expect("a path under its folder");
                found.insert(under.to_str().expect("a path in UTF-8").to_owned(), bytes);
            }
        }
    }
    found
}

/// Puts a file under a path of the server's folder of files.
pub fn plant(server: &Server, path: &str, bytes: &[u8]) {
    let path = server.shelves().join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
    fs::write(path, bytes).expect("the file is put there");
}

/// Takes a file away from a path of the server's folder of files.
pub fn pluck(server: &Server, path: &str) {
    fs::remove_file(server.shelves().join(path)).expect("the file goes");
}
