-- What the host application calls people, orders and groups: texts, where those are no numbers of its own. Who was deleted
-- may have a successor, whom it calls the same.
ALTER TABLE people ADD COLUMN put_at INTEGER;
-- A socket that a ticket opens may end with what the ticket stands for.
ALTER TABLE tickets ADD COLUMN proof_ends_at INTEGER;
-- Only who has a password logs in by a name.
DROP INDEX people_username;
DROP INDEX people_email;
DROP INDEX people_phone;
CREATE UNIQUE INDEX people_username ON people (username) WHERE username <> '' AND password_hash IS NOT NULL;
CREATE UNIQUE INDEX people_email ON people (lower(email)) WHERE email <> '' AND password_hash IS NOT NULL;
CREATE UNIQUE INDEX people_phone ON people (phone) WHERE phone <> '' AND password_hash IS NOT NULL;

ALTER TABLE orders ADD COLUMN host_name TEXT;
CREATE UNIQUE INDEX orders_host_name ON orders (host_name) WHERE host_name IS NOT NULL;
ALTER TABLE groups ADD COLUMN host_name TEXT;
CREATE UNIQUE INDEX groups_host_name ON groups (host_name) WHERE host_name IS NOT NULL;

-- The key of a room of two named both by our numbers, and names them now as the host does: of a private one numbers before
-- texts, the lower one first. One whose one was deleted is closed: the host may call somebody else so.
UPDATE rooms SET key = called.key
FROM (
    SELECT
        two.id,
        CASE
            WHEN coalesce(one.forgotten, 0) = 1 OR coalesce(other.forgotten, 0) = 1
                THEN '#left-' || two.id || ':' || two.key
            WHEN two.kind = 'private' AND one.host_name IS NOT NULL
                AND (other.host_name IS NULL OR other.host_name < one.host_name)
                THEN two.kind || ':' || coalesce(
                    replace(replace(other.host_name, '%', '%25'), ':', '%3A'), CAST(two.other AS TEXT)
                ) || ':' || replace(replace(one.host_name, '%', '%25'), ':', '%3A')
            ELSE two.kind
                || ':' || coalesce(replace(replace(one.host_name, '%', '%25'), ':', '%3A'), CAST(two.one AS TEXT))
                || ':' || coalesce(replace(replace(other.host_name, '%', '%25'), ':', '%3A'), CAST(two.other AS TEXT))
        END AS key
    FROM (
        SELECT
            r.id, r.kind, r.key,
            CAST(substr(substr(r.key, length(r.kind) + 2), 1, instr(substr(r.key, length(r.kind) + 2), ':') - 1) AS INTEGER) AS one,
            CAST(substr(substr(r.key, length(r.kind) + 2), instr(substr(r.key, length(r.kind) + 2), ':') + 1) AS INTEGER) AS other
        FROM rooms r
        WHERE r.kind IN ('pair', 'private') AND r.removed_at IS NULL
    ) two
    LEFT JOIN people one ON one.id = two.one
    LEFT JOIN people other ON other.id = two.other
) called
WHERE called.id = rooms.id AND called.key <> rooms.key;

-- Who comes back has read what they had read.
ALTER TABLE departures ADD COLUMN read_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE departures ADD COLUMN read_at INTEGER;
-- A grant can be taken back.
ALTER TABLE departures ADD COLUMN shown_out_at INTEGER;
CREATE INDEX members_granted ON members (person_id, room_id) WHERE granted = 1;

-- A visitor is called in each room what they called themselves there.
ALTER TABLE messages ADD COLUMN sender_name TEXT;
UPDATE messages SET sender_name = (
    SELECT c.customer_name FROM cases c
    WHERE c.room_id = messages.room_id AND c.visitor_id = messages.sender_id
)
WHERE room_id IN (SELECT c.room_id FROM cases c);

-- The order desk's tables as its operators know them. Their numbers are ours where the host application has texts, and
-- `host_id` is what it has.
DROP VIEW chat_messages;
DROP VIEW order_chats;
DROP VIEW users;
CREATE VIEW users AS
SELECT
    id,
    username,
    email,
    phone,
    first_name,
    last_name,
    upper(role) AS role,
    active AS is_active,
    CASE WHEN forgotten = 0 THEN coalesce(host_name, CAST(id AS TEXT)) END AS host_id
FROM people;

CREATE VIEW order_chats AS
SELECT
    id,
    order_id,
    strftime('%Y-%m-%dT%H:%M:%S', created_at / 1000000, 'unixepoch')
        || printf('.%06dZ', created_at % 1000000) AS created_at,
    strftime('%Y-%m-%dT%H:%M:%S', updated_at / 1000000, 'unixepoch')
        || printf('.%06dZ', updated_at % 1000000) AS updated_at,
    substr(key, 7) AS host_id
FROM rooms
WHERE kind = 'order' AND removed_at IS NULL;

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
WHERE r.kind = 'order' AND r.removed_at IS NULL AND x.erased_at IS NULL;
