-- That somebody reports a message, once, in the order in which they did. What the message says is not kept here. The kind of the
-- room stands here too: who settles reports answers for kinds of rooms, and reads no row of another one.
CREATE TABLE reports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    room_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    seq INTEGER NOT NULL,
    person_id INTEGER NOT NULL REFERENCES people (id),
    reason TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL, -- open, settled
    note TEXT NOT NULL, -- of the staff
    settled_by INTEGER REFERENCES people (id),
    settled_at INTEGER,
    created_at INTEGER NOT NULL,
    UNIQUE (room_id, seq, person_id),
    FOREIGN KEY (room_id, seq) REFERENCES messages (room_id, seq)
) STRICT;
CREATE INDEX reports_kind ON reports (kind, state, id);
CREATE INDEX reports_room ON reports (room_id, state, id);
CREATE INDEX reports_person ON reports (person_id, id);
CREATE INDEX reports_settled ON reports (settled_by) WHERE settled_by IS NOT NULL;

-- When somebody was last there, by any socket of theirs. Beside people, because it is written whenever they go.
CREATE TABLE last_seen (
    person_id INTEGER PRIMARY KEY REFERENCES people (id),
    at INTEGER NOT NULL
) STRICT;
