-- Rooms, who is in them, and what was said.
CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    uuid BLOB NOT NULL UNIQUE,
    key TEXT NOT NULL UNIQUE, -- of a removed room: '<key>#removed:<id>', so that its key is free
    kind TEXT NOT NULL,
    order_id INTEGER,
    title TEXT NOT NULL,
    seq INTEGER NOT NULL DEFAULT 0,
    head INTEGER NOT NULL DEFAULT 0,
    shown INTEGER NOT NULL DEFAULT 0,
    erased INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;
CREATE INDEX rooms_order ON rooms (order_id) WHERE order_id IS NOT NULL;

CREATE TABLE members (
    id INTEGER PRIMARY KEY,
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    person_id INTEGER NOT NULL REFERENCES people (id),
    read_seq INTEGER NOT NULL,
    read_at INTEGER,
    skip INTEGER NOT NULL DEFAULT 0,
    joined_at INTEGER NOT NULL,
    UNIQUE (room_id, person_id)
) STRICT;
CREATE INDEX members_person ON members (person_id, room_id);

-- Clustered by room and number, so that a page of history lies together. No row is ever deleted: the numbers of a
-- room have no holes, and the next number among all messages is the highest one and one more.
CREATE TABLE messages (
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    seq INTEGER NOT NULL,
    id INTEGER NOT NULL UNIQUE,
    sender_id INTEGER REFERENCES people (id),
    client_id TEXT,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    edited_at INTEGER,
    erased_at INTEGER,
    sent_head INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (room_id, seq)
) STRICT, WITHOUT ROWID;
-- A message is taken once, for ever: also an erased one keeps its client id.
CREATE UNIQUE INDEX messages_client ON messages (room_id, sender_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX messages_touched ON messages (room_id, changed) WHERE changed <> sent_head;
CREATE INDEX messages_erased ON messages (room_id, seq) WHERE erased_at IS NOT NULL;

-- How many of each 1,024 numbers of a room are erased, so that a page deep inside is found without counting rows.
CREATE TABLE erased_blocks (
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    block INTEGER NOT NULL,
    erased INTEGER NOT NULL,
    PRIMARY KEY (room_id, block)
) STRICT, WITHOUT ROWID;
