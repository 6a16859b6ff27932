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
