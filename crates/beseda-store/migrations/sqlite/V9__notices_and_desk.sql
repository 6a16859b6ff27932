-- What one process has changed, for another that has listeners: rooms and people, beside the change itself. Only the
-- newest are kept; no number is given twice (AUTOINCREMENT), so that whoever reads them knows where they were.
CREATE TABLE notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id INTEGER, -- and the head that it came to; nothing of both where a person is meant
    head INTEGER,
    person_id INTEGER
) STRICT;

-- A client id begins with the time in most clients: by it, what is sent now lies together.
DROP INDEX messages_client;
CREATE UNIQUE INDEX messages_client ON messages (client_id, sender_id, room_id) WHERE client_id IS NOT NULL;

-- How many messages that stand each person has sent into each visitor's room: the desk's list knows what is unread for
-- staff who keep no receipt without reading the room.
CREATE TABLE said (
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    person_id INTEGER NOT NULL REFERENCES people (id),
    messages INTEGER NOT NULL,
    PRIMARY KEY (room_id, person_id)
) STRICT, WITHOUT ROWID;
INSERT INTO said (room_id, person_id, messages)
SELECT x.room_id, x.sender_id, count(*)
FROM messages x
JOIN rooms r ON r.id = x.room_id
WHERE r.kind = 'support' AND x.sender_id IS NOT NULL AND x.erased_at IS NULL
GROUP BY x.room_id, x.sender_id;
