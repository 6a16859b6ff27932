//! Rooms filled with messages past the rules: a million sent one by one would take longer than measuring them.

use std::path::Path;

use anyhow::{Result, ensure};
use rusqlite::Connection;

/// Every hundredth of a second a message, long ago.
const FIRST: i64 = 1_700_000_000_000_000;

fn open(data: &Path) -> Result<Connection> {
    let database = Connection::open(data.join("beseda.db"))?;
    database.execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON; PRAGMA cache_size = -200000;")?;
    Ok(database)
}

/// Puts `messages` of the order's expert into each of `rooms`, which stand empty, all of them read by everybody.
pub fn rooms(data: &Path, rooms: &[i64], messages: usize) -> Result<()> {
    let mut database = open(data)?;
    let transaction = database.transaction()?;
    for room in rooms {
        fill(&transaction, *room, messages, 0)?;
    }
    transaction.commit()?;
    Ok(())
}

/// Makes the room of `order` for its client and expert, with `messages` of the expert's, of which the client has not
/// read the last `unread`. Gives the room's id.
pub fn order(database: &Connection, order: usize, messages: usize, unread: usize) -> Result<i64> {
    let order = i64::try_from(order)?;
    let room = database.query_row(
        "INSERT INTO rooms (uuid, key, kind, order_id, title, head, changed, created_at, updated_at)
         VALUES (randomblob(16), 'order:' || ?1, 'order', ?1, '', 2, 2, ?2, ?2) RETURNING id",
        (order, FIRST),
        |row| row.get(0),
    )?;
    database.execute(
        "INSERT INTO members (room_id, person_id, read_seq, joined_at)
         SELECT ?1, p.value, 0, ?3 FROM orders o, json_each(json_array(o.client_id, o.expert_id)) p WHERE o.id = ?2",
        (room, order, FIRST),
    )?;
    fill(database, room, messages, unread)?;
    Ok(room)
}

fn fill(database: &Connection, room: i64, messages: usize, unread: usize) -> Result<()> {
    if messages == 0 {
        return Ok(());
    }
    let messages = i64::try_from(messages)?;
    let written = database.execute(
        "INSERT INTO messages (room_id, seq, id, sender_id, text, created_at, sent_head, changed)
         WITH RECURSIVE
             start (head, id) AS (SELECT head, (SELECT coalesce(max(id), 0) FROM messages) FROM rooms WHERE id = ?1),
             n (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < ?2)
         SELECT ?1, n.seq, start.id + n.seq, o.expert_id,
             printf('message %d of a long conversation about an order, as long as most are: %s', n.seq, hex(zeroblob(20))),
             ?3 + n.seq * 10000, start.head + n.seq, start.head + n.seq
         FROM n, start, rooms r JOIN orders o ON o.id = r.order_id WHERE r.id = ?1",
        (room, messages, FIRST),
    )?;
    ensure!(
        i64::try_from(written)? == messages,
        "{written} messages written, {messages} meant"
    );
    database.execute(
        "UPDATE rooms SET seq = ?2, head = head + ?2, shown = ?2, updated_at = ?3 + ?2 * 10000 WHERE id = ?1",
        (room, messages, FIRST),
    )?;
    database.execute(
        "UPDATE members SET read_seq = CASE
             WHEN person_id = (SELECT o.client_id FROM rooms r JOIN orders o ON o.id = r.order_id WHERE r.id = ?1)
             THEN ?2 - ?3 ELSE ?2 END
         WHERE room_id = ?1",
        (room, messages, i64::try_from(unread)?),
    )?;
    Ok(())
}

/// Fills what `orders` says: of each the order's number, its messages and how many the client has not read. Gives the rooms' ids.
pub fn orders(data: &Path, orders: &[(usize, usize, usize)]) -> Result<Vec<i64>> {
    let mut database = open(data)?;
    let transaction = database.transaction()?;
    let rooms = orders
        .iter()
        .map(|(number, messages, unread)| order(&transaction, *number, *messages, *unread));
    let rooms = rooms.collect::<Result<Vec<_>>>()?;
    transaction.commit()?;
    Ok(rooms)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A database as the store makes it, with three orders.
    fn database() -> (PathBuf, Connection) {
        let folder = std::env::temp_dir().join(format!("fill-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let database = Connection::open(folder.join("beseda.db")).unwrap();
        let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/beseda-store/migrations/sqlite");
        let mut files: Vec<_> = std::fs::read_dir(migrations)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        // In the order of their numbers: V10 comes after V9.
        files.sort_by_key(|file| {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let number = name.trim_start_matches('V').split("__").next().unwrap().parse::<u32>();
            number.unwrap()
        });
        for file in files
            .iter()
            .filter(|file| file.extension().is_some_and(|end| end == "sql"))
        {
            database.execute_batch(&std::fs::read_to_string(file).unwrap()).unwrap();
        }
        database
            .execute_batch(
                "INSERT INTO people (id, username, email, phone, first_name, last_name, role, active)
                 VALUES (1, 'a', '', '', '', '', 'client', 1), (2, 'b', '', '', '', '', 'expert', 1);
                 INSERT INTO orders (id, generated_order_number, client_id, expert_id, status)
                 VALUES (1, 'N-1', 1, 2, ''), (2, 'N-2', 1, 2, ''), (3, 'N-3', 1, 2, '');",
            )
            .unwrap();
        (folder, database)
    }

    #[test]
    fn what_is_filled_in_is_as_the_rules_would_have_left_it() {
        let (folder, database) = database();
        let ids = orders(&folder, &[(1, 60, 0), (2, 5, 3), (3, 0, 0)]).unwrap();
        rooms(&folder, &ids[2..], 7).unwrap();
        let number = |sql: &str| database.query_row::<i64, _, _>(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(number("SELECT count(*) FROM messages"), 72);
        assert_eq!(number("SELECT max(id) FROM messages"), 72);
        assert_eq!(
            number("SELECT count(*) FROM rooms WHERE shown = seq AND head = seq + 2 AND changed = 2"),
            3
        );
        assert_eq!(
            number("SELECT count(*) FROM messages x JOIN rooms r ON r.id = x.room_id WHERE x.sent_head = x.seq + 2"),
            72
        );
        assert_eq!(
            number(
                "SELECT sum(r.seq - m.read_seq) FROM members m JOIN rooms r ON r.id = m.room_id WHERE m.person_id = 1"
            ),
            3
        );
        std::fs::remove_dir_all(folder).unwrap();
    }
}
