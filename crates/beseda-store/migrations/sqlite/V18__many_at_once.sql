-- When people, orders, groups and rooms were last changed (of rooms: themselves, or who is in them), by their numbers here: a
-- host application that compares its own with them asks for what is different since. Beside their tables, because what sends
-- and log-ins write is not to grow by it. No moment ever goes back.
CREATE TABLE updates (
    kind TEXT NOT NULL,
    subject INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX updates_at ON updates (kind, at, subject);
INSERT INTO updates (kind, subject, at) SELECT 'person', p.id, coalesce(p.put_at, 0) FROM people p;
INSERT INTO updates (kind, subject, at) SELECT 'order', o.id, 0 FROM orders o;
INSERT INTO updates (kind, subject, at) SELECT 'group', g.id, 0 FROM groups g;
INSERT INTO updates (kind, subject, at) SELECT 'room', r.id, r.updated_at FROM rooms r WHERE r.removed_at IS NULL;

-- Whose places and cases those are: for whoever becomes somebody else, is erased, or wants to know everything.
CREATE INDEX orders_client ON orders (client_id) WHERE client_id IS NOT NULL;
CREATE INDEX orders_expert ON orders (expert_id) WHERE expert_id IS NOT NULL;
CREATE INDEX orders_operator ON orders (operator_id) WHERE operator_id IS NOT NULL;
CREATE INDEX cases_visitor ON cases (visitor_id);
CREATE INDEX blocks_blocked ON blocks (blocked_id);
CREATE INDEX reactions_person ON reactions (person_id, room_id, seq, emoji);

-- Who has become somebody else.
CREATE TABLE merges (
    person_id INTEGER PRIMARY KEY REFERENCES people (id),
    into_id INTEGER NOT NULL REFERENCES people (id),
    merged_at INTEGER NOT NULL
) STRICT;
