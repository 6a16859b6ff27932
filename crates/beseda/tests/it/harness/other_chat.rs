//! A chat of another program, as it lies there to be imported: contract 4's tables in SQLite or PostgreSQL, and its files.
#![expect(
    clippy::disallowed_methods,
    reason = "a test makes what another program would have made"
)]

use super::server::folder_of;
use beseda_testkit::Ground;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Users, of whom the last is nobody's client or expert.
pub const USERS: i64 = 40;
/// Rooms, each of the order with its number and 1,000.
pub const ROOMS: i64 = 100;
/// Every so many messages one has a file.
const FILE_EVERY: i64 = 50;
/// Every file hangs on so many.
const FILE_TIMES: i64 = 2;

/// The password of user 7, as Django has hashed it.
pub const PASSWORD: &str = "пароль-7";
const HASHED: &str = "pbkdf2_sha256$1000$aSalt01$1PZVgOyoTuH8qPLsobjesp6kfjwEyzBftqDxcQSt6BE=";

/// Another program's database and folder.
pub struct OtherChat {
    folder: PathBuf,
    ground: Option<Ground>,
    /// How many messages are there.
    pub messages: i64,
}

/// A message as it is there.
pub struct There {
    pub id: i64,
    pub room: i64,
    pub sender: Option<i64>,
    pub text: String,
    pub file: Option<i64>,
}

impl There {
    /// Message `id`: who sent it and what it says follows from its number alone.
    pub fn of(id: i64) -> Self {
        let room = mixed(id) % ROOMS + 1;
        let [client, expert] = people_of(room);
        let sender = match id % 97 {
            // Django forgets who was deleted, others keep a number of nobody.
            0 => None,
            1 => Some(9_999),
            _ if mixed(id * 3) % 2 == 0 => Some(client),
            _ => Some(expert),
        };
        let file = (id % FILE_EVERY == 0).then_some(id / FILE_EVERY / FILE_TIMES);
        let text = match file {
            Some(n) if n % 3 == 0 => String::new(),
            _ => format!(
                "Сообщение {id} 'в кавычках' \\ {}.",
                "слово ".repeat(usize::try_from(id % 7).expect("few"))
            ),
        };
        Self {
            id,
            room,
            sender,
            text,
            file,
        }
    }

    /// When it was sent, as it stands there: of two that follow each other the second is not always later.
    fn at(&self) -> String {
        let seconds = 100 + self.id * 7 - self.id % 3 * 9;
        let (day, rest) = (1 + seconds / 86_400 % 28, seconds % 86_400);
        let month = 1 + seconds / (28 * 86_400) % 12;
        let year = 2020 + seconds / (336 * 86_400);
        let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
        format!(
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{:06}",
            self.id % 1_000_000
        )
    }
}

/// A number that looks like any other.
fn mixed(n: i64) -> i64 {
    n.wrapping_mul(2_654_435_761).rotate_right(13) & 0xFFFF_FFFF
}

/// The client and the expert of a room's order.
pub fn people_of(room: i64) -> [i64; 2] {
    let client = room % (USERS - 1) + 1;
    [client, client % (USERS - 1) + 1]
}

/// What is in a file.
pub fn bytes_of(file: i64) -> Vec<u8> {
    format!("файл {file}\n").repeat(20).into_bytes()
}

/// The name under which the server keeps a file.
pub fn name_of(file: i64) -> String {
    Sha256::digest(bytes_of(file))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl OtherChat {
    /// A chat with so many messages.
    pub fn django(story: &str, messages: i64, on_postgresql: bool) -> Self {
        let folder = folder_of(story);
        let chat = Self {
            ground: on_postgresql.then(Ground::new),
            folder,
            messages: 0,
        };
        fs::create_dir_all(chat.media().join("chat_files")).expect("a folder");
        let time = if on_postgresql { "timestamptz" } else { "datetime" };
        let mut sql = format!(
            "CREATE TABLE auth_user (id bigint PRIMARY KEY, password text, username text, first_name text, last_name text, \
             email text, is_active boolean);
             CREATE TABLE shop_order (id bigint PRIMARY KEY, client_id bigint, expert_id bigint);
             CREATE TABLE chat_rooms (id bigint PRIMARY KEY, order_id bigint UNIQUE, created_at {time}, updated_at {time});
             CREATE TABLE chat_participants (id bigint PRIMARY KEY, room_id bigint, user_id bigint, last_read_at {time}, \
             joined_at {time});
             CREATE TABLE chat_messages (id bigint PRIMARY KEY, room_id bigint, sender_id bigint, message text, file text, \
             is_read boolean, created_at {time});\n"
        );
        let row = |sql: &mut String, table: &str, values: String| {
            writeln!(sql, "INSERT INTO {table} VALUES ({values});").expect("it is a text");
        };
        for id in 1..=USERS {
            let hash = if id == 7 { HASHED } else { "!unusable" };
            let active = id != USERS;
            let values =
                format!("{id}, '{hash}', 'user{id}', 'Имя{id}', 'Фамилия{id}', 'u{id}@shop.example', {active}");
            row(&mut sql, "auth_user", values);
        }
        for room in 1..=ROOMS {
            let [client, expert] = people_of(room);
            let order = room + 1_000;
            let expert_now = if room == 1 {
                "NULL".to_owned()
            } else {
                expert.to_string()
            };
            row(&mut sql, "shop_order", format!("{order}, {client}, {expert_now}"));
            let at = "'2020-01-01 00:00:00.000001'";
            row(&mut sql, "chat_rooms", format!("{room}, {order}, {at}, {at}"));
            // The client has read everything until far ahead, the expert nothing of their own.
            row(
                &mut sql,
                "chat_participants",
                format!("{}, {room}, {client}, '2099-01-01 00:00:00', {at}", room * 2),
            );
            row(
                &mut sql,
                "chat_participants",
                format!("{}, {room}, {expert}, NULL, {at}", room * 2 + 1),
            );
        }
        chat.run(&format!("BEGIN;\n{sql}COMMIT;\n"));
        chat.with(messages)
    }

    /// The same with more messages, up to so many.
    #[must_use]
    pub fn with(mut self, messages: i64) -> Self {
        let mut sql = "BEGIN;\n".to_owned();
        for id in self.messages + 1..=messages {
            let there = There::of(id);
            let sender = there
                .sender
                .map_or_else(|| "NULL".to_owned(), |sender| sender.to_string());
            let file = there.file.map_or_else(String::new, |file| {
                self.put_file(file, &bytes_of(file));
                format!("chat_files/f{file}.txt")
            });
            let text = there.text.replace('\'', "''");
            writeln!(
                sql,
                "INSERT INTO chat_messages VALUES ({id}, {}, {sender}, '{text}', '{file}', FALSE, '{}');",
                there.room,
                there.at()
            )
            .expect("it is a text");
        }
        self.run(&(sql + "COMMIT;\n"));
        self.messages = messages;
        self
    }

    /// Puts a file into its folder.
    pub fn put_file(&self, file: i64, bytes: &[u8]) {
        fs::write(self.media().join(format!("chat_files/f{file}.txt")), bytes).expect("a file");
    }

    /// The folder of its files.
    pub fn media(&self) -> PathBuf {
        self.folder.join("media")
    }

    fn file(&self) -> PathBuf {
        self.folder.join("shop.sqlite3")
    }

    /// The arguments that import it.
    pub fn arguments(&self) -> Vec<String> {
        let from = match &self.ground {
            Some(ground) => ground.url().to_owned(),
            None => format!("sqlite://{}", self.file().display()),
        };
        let media = self.media().display().to_string();
        let report = self.report().display().to_string();
        let words = [
            "import", "django", "--from", &from, "--media", &media, "--report", &report,
        ];
        let more = ["--orders-table", "shop_order"];
        words.into_iter().chain(more).map(str::to_owned).collect()
    }

    /// Where an import says what it could not take.
    pub fn report(&self) -> PathBuf {
        self.folder.join("report.jsonl")
    }

    /// Runs statements on it.
    pub fn run(&self, sql: &str) {
        let mut command = match &self.ground {
            Some(ground) => ground.session(),
            None => Command::new("sqlite3"),
        };
        match &self.ground {
            Some(_) => command.args(["-v", "ON_ERROR_STOP=1"]),
            None => command.args(["-batch", "-bail"]).arg(self.file()),
        };
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("a shell for SQL starts");
        let mut into = process.stdin.take().expect("an input");
        into.write_all(sql.as_bytes()).expect("it reads");
        drop(into);
        assert!(process.wait().expect("it ends").success());
    }
}

impl Drop for OtherChat {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}
