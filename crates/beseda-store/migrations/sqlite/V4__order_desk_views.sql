-- The order desk's tables as its operators know them, for their queries by hand. Roles are in upper case there, and
-- times are text that sorts as time does.
CREATE VIEW users AS
SELECT
    id,
    username,
    email,
    phone,
    first_name,
    last_name,
    upper(role) AS role,
    active AS is_active
FROM people;

CREATE VIEW order_chats AS
SELECT
    id,
    order_id,
    strftime('%Y-%m-%dT%H:%M:%S', created_at / 1000000, 'unixepoch')
        || printf('.%06dZ', created_at % 1000000) AS created_at,
    strftime('%Y-%m-%dT%H:%M:%S', updated_at / 1000000, 'unixepoch')
        || printf('.%06dZ', updated_at % 1000000) AS updated_at
FROM rooms
WHERE order_id IS NOT NULL AND kind = 'order' AND removed_at IS NULL;

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
    CAST(NULL AS TEXT) AS file_url,
    CAST(NULL AS TEXT) AS file_name,
    EXISTS (
        SELECT 1 FROM members m
        WHERE m.room_id = x.room_id AND m.read_seq >= x.seq AND m.person_id IS NOT x.sender_id
    ) AS is_read,
    strftime('%Y-%m-%dT%H:%M:%S', x.created_at / 1000000, 'unixepoch')
        || printf('.%06dZ', x.created_at % 1000000) AS created_at
FROM messages x
JOIN rooms r ON r.id = x.room_id
LEFT JOIN people p ON p.id = x.sender_id
WHERE r.order_id IS NOT NULL AND r.kind = 'order' AND r.removed_at IS NULL AND x.erased_at IS NULL;
