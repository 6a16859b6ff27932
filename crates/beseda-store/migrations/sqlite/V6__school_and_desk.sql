-- Rooms of groups, people who were let in by a grant, and what the support desk knows of a visitor's room.
ALTER TABLE rooms ADD COLUMN group_id INTEGER;
CREATE INDEX rooms_group ON rooms (group_id) WHERE group_id IS NOT NULL;
-- The desk's list is of everybody's rooms, so no membership leads to them.
CREATE INDEX rooms_support ON rooms (kind, updated_at, id) WHERE kind = 'support' AND removed_at IS NULL;

ALTER TABLE members ADD COLUMN granted INTEGER NOT NULL DEFAULT 0;

CREATE TABLE cases (
    room_id INTEGER PRIMARY KEY REFERENCES rooms (id),
    visitor_id INTEGER NOT NULL REFERENCES people (id),
    customer_name TEXT NOT NULL,
    customer_email TEXT NOT NULL,
    status TEXT NOT NULL,
    assigned_to INTEGER REFERENCES people (id)
) STRICT;

-- A message of the system has no sender, and NULL is never a duplicate: its client id needs an index of its own.
CREATE UNIQUE INDEX messages_system_client ON messages (room_id, client_id)
WHERE sender_id IS NULL AND client_id IS NOT NULL;
