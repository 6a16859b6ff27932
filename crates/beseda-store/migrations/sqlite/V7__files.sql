-- Files, and how they hang on messages. No number of either is ever given twice (AUTOINCREMENT): addresses are made of
-- an attachment's, and who has reserved a file knows it by its number.
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 BLOB NOT NULL,
    name TEXT NOT NULL UNIQUE, -- of its bytes: the hash in hex, or '<hash>-2' while a doomed file still has that name
    bytes INTEGER NOT NULL,
    media TEXT NOT NULL,
    width INTEGER,
    height INTEGER,
    has_thumbnail INTEGER NOT NULL,
    reserved_at INTEGER NOT NULL,
    doomed INTEGER NOT NULL DEFAULT 0 -- its bytes are being forgotten, so nothing may hang it up any more
) STRICT;
CREATE UNIQUE INDEX files_bytes ON files (sha256) WHERE doomed = 0;
CREATE INDEX files_reserved ON files (reserved_at) WHERE doomed = 0;
CREATE INDEX files_doomed ON files (doomed) WHERE doomed = 1;

CREATE TABLE attachments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    position INTEGER NOT NULL, -- 0, 1, 2 … in its message
    file_id INTEGER NOT NULL REFERENCES files (id),
    title TEXT NOT NULL,
    UNIQUE (room_id, seq, position),
    FOREIGN KEY (room_id, seq) REFERENCES messages (room_id, seq)
) STRICT;
CREATE INDEX attachments_file ON attachments (file_id);

-- How many files hang on it: most messages have none, and reading those asks for none.
ALTER TABLE messages ADD COLUMN files INTEGER NOT NULL DEFAULT 0;

-- The order desk's messages once more, now with the first file of each.
DROP VIEW chat_messages;
CREATE VIEW chat_messages AS
SELECT
    x.id,
    x.room_id AS chat_id,
    r.order_id,
    x.sender_id,
    CASE
        WHEN p.id IS NULL THEN ''
        WHEN trim(p.first_name || ' ' || p.last_name) = '' THEN p.email
        ELSE trim(trim(p.first_name) || ' ' || trim(p.last_name))
    END AS sender_name,
    coalesce(upper(p.role), '') AS sender_role,
    x.text AS message,
    '/files/' || a.id AS file_url,
    a.title AS file_name,
    EXISTS (
        SELECT 1 FROM members m
        WHERE m.room_id = x.room_id AND m.read_seq >= x.seq AND m.person_id IS NOT x.sender_id
    ) AS is_read,
    strftime('%Y-%m-%dT%H:%M:%S', x.created_at / 1000000, 'unixepoch')
        || printf('.%06dZ', x.created_at % 1000000) AS created_at
FROM messages x
JOIN rooms r ON r.id = x.room_id
LEFT JOIN people p ON p.id = x.sender_id
LEFT JOIN attachments a ON a.room_id = x.room_id AND a.seq = x.seq AND a.position = 0
WHERE r.order_id IS NOT NULL AND r.kind = 'order' AND r.removed_at IS NULL AND x.erased_at IS NULL;
