-- Rooms of any application: what members are there and how each sees a room, what messages have beside their text, and what
-- hosts say of people and rooms for people to see.
ALTER TABLE rooms ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN extra INTEGER NOT NULL DEFAULT 0; -- what any of its messages has, or had, beside its text
ALTER TABLE rooms ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0; -- but by a new message
ALTER TABLE rooms ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0; -- one of the two whose room it is has blocked the other
UPDATE rooms SET changed_at = updated_at;

-- Which transaction last changed a room or a receipt of it, or showed somebody out: what has moved since one is found by it.
-- Transactions are counted here, each once and before it writes.
ALTER TABLE rooms ADD COLUMN tick INTEGER NOT NULL DEFAULT 0;
ALTER TABLE departures ADD COLUMN tick INTEGER NOT NULL DEFAULT 0;
CREATE INDEX departures_person ON departures (person_id, tick);
CREATE TABLE ticks (tick INTEGER NOT NULL) STRICT;
INSERT INTO ticks (tick) VALUES (0);
-- The last one of which, and of all before it, everything is seen: whoever sees the count sees that.
CREATE VIEW settled AS SELECT tick FROM ticks;

ALTER TABLE members ADD COLUMN role TEXT NOT NULL DEFAULT 'member'; -- in the room, a word of the host's
ALTER TABLE members ADD COLUMN delivered_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN muted_until INTEGER;
ALTER TABLE members ADD COLUMN pinned_at INTEGER;
ALTER TABLE members ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN unread_from INTEGER;
UPDATE members SET delivered_seq = read_seq;

ALTER TABLE people ADD COLUMN avatar_url TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN custom TEXT; -- JSON
ALTER TABLE people ADD COLUMN locale TEXT NOT NULL DEFAULT '';

-- What a message has beside its text, as a sum: 1 extras, 2 reactions, 4 mentions, 8 readers, 16 versions; 32 where it is
-- pinned, 64 where another one answers it.
ALTER TABLE messages ADD COLUMN extra INTEGER NOT NULL DEFAULT 0;
-- All that is asked of those that are for some: else SQLite would read every message of the room.
CREATE INDEX messages_for_some ON messages (room_id, seq, extra, erased_at) WHERE extra & 8 <> 0;

CREATE TABLE extras (
    room_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    is_event INTEGER NOT NULL DEFAULT 0,
    reply_to INTEGER,
    custom TEXT, -- JSON
    pinned_by INTEGER REFERENCES people (id),
    pinned_at INTEGER,
    PRIMARY KEY (room_id, seq),
    FOREIGN KEY (room_id, seq) REFERENCES messages (room_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX extras_replies ON extras (room_id, reply_to) WHERE reply_to IS NOT NULL;
CREATE INDEX extras_pinned ON extras (room_id, pinned_at, seq) WHERE pinned_at IS NOT NULL;

-- In the order in which they came.
CREATE TABLE reactions (
    id INTEGER PRIMARY KEY,
    room_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    emoji TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES people (id),
    UNIQUE (room_id, seq, emoji, person_id),
    FOREIGN KEY (room_id, seq) REFERENCES messages (room_id, seq)
) STRICT;

CREATE TABLE mentions (
    room_id INTEGER NOT NULL,
    person_id INTEGER NOT NULL REFERENCES people (id),
    seq INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (room_id, person_id, seq),
    FOREIGN KEY (room_id, seq) REFERENCES messages (room_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_message ON mentions (room_id, seq);

-- Who alone sees a message that is for some.
CREATE TABLE readers (
    room_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    person_id INTEGER NOT NULL REFERENCES people (id),
    PRIMARY KEY (room_id, seq, person_id),
    FOREIGN KEY (room_id, seq) REFERENCES messages (room_id, seq)
) STRICT, WITHOUT ROWID;

-- What a message said before it was edited, and since when, the oldest first.
CREATE TABLE versions (
    room_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (room_id, seq, number),
    FOREIGN KEY (room_id, seq) REFERENCES messages (room_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE room_looks (
    room_id INTEGER PRIMARY KEY REFERENCES rooms (id),
    avatar_url TEXT NOT NULL,
    custom TEXT, -- JSON
    subject TEXT -- JSON
) STRICT;

-- In the order in which they were made.
CREATE TABLE blocks (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES people (id),
    blocked_id INTEGER NOT NULL REFERENCES people (id),
    at INTEGER NOT NULL,
    UNIQUE (person_id, blocked_id)
) STRICT;
