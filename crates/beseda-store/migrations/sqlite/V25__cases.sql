-- What the desk knows of rooms: of visitors' as before, and of any other kind that has a desk.
CREATE TABLE cases_now (
    room_id INTEGER PRIMARY KEY REFERENCES rooms (id),
    state TEXT NOT NULL,
    assigned_to INTEGER REFERENCES people (id),
    owes TEXT, -- us, them; of nobody where nothing is said
    since INTEGER NOT NULL,
    snoozed_until INTEGER,
    tags TEXT NOT NULL DEFAULT '[]', -- a list, as JSON
    visitor_id INTEGER REFERENCES people (id),
    customer_name TEXT NOT NULL DEFAULT '',
    customer_email TEXT NOT NULL DEFAULT '',
    page TEXT NOT NULL DEFAULT '',
    referrer TEXT NOT NULL DEFAULT '',
    locale TEXT NOT NULL DEFAULT '',
    agent TEXT NOT NULL DEFAULT '',
    custom TEXT
) STRICT;

-- Whose turn it is follows from the newest message that stands; since when, is told from it alone.
INSERT INTO cases_now (room_id, state, assigned_to, owes, since, visitor_id, customer_name, customer_email)
SELECT
    c.room_id,
    CASE c.status WHEN 'closed' THEN 'resolved' ELSE c.status END,
    c.assigned_to,
    CASE WHEN p.role IN ('admin', 'operator', 'mom') THEN 'them' WHEN p.id IS NOT NULL THEN 'us' END,
    coalesce(x.created_at, r.created_at),
    c.visitor_id,
    c.customer_name,
    c.customer_email
FROM cases c
JOIN rooms r ON r.id = c.room_id
LEFT JOIN messages x ON x.room_id = r.id AND x.seq = r.shown
LEFT JOIN people p ON p.id = x.sender_id;

DROP TABLE cases;
ALTER TABLE cases_now RENAME TO cases;
CREATE INDEX cases_visitor ON cases (visitor_id) WHERE visitor_id IS NOT NULL;
CREATE INDEX cases_state ON cases (state, since, room_id);

-- 128: the desk has a case of it.
UPDATE rooms SET extra = extra | 128 WHERE id IN (SELECT c.room_id FROM cases c);

-- Who works at the desk of which kinds of rooms, as settings had it at the last start.
CREATE TABLE desk_kinds (
    kind TEXT PRIMARY KEY,
    roles TEXT NOT NULL -- a list, as JSON
) STRICT;
