-- Keeps new messages whose numbers were drawn before, moves their rooms' numbers on and skips them for their own senders, in
-- one round trip, and tells which it kept: not those whose sender's client id is taken, and then the rest is wrong. Each is a
-- list in a list, as JSON.
WITH new AS (
    SELECT
        CAST(e.value ->> 0 AS bigint) AS room_id, CAST(e.value ->> 1 AS bigint) AS seq,
        CAST(e.value ->> 2 AS bigint) AS id, CAST(e.value ->> 3 AS bigint) AS sender_id,
        e.value ->> 4 AS client_id, e.value ->> 5 AS text,
        CAST(e.value ->> 6 AS bigint) AS created_at, CAST(e.value ->> 7 AS bigint) AS head
    FROM json_array_elements(CAST(CAST($1 AS text) AS json)) e
),
sent AS (
    INSERT INTO messages (room_id, seq, id, sender_id, client_id, text, created_at, sent_head, changed, files)
    SELECT room_id, seq, id, sender_id, client_id, text, created_at, head, head, 0 FROM new
    ON CONFLICT (client_id, sender_id, room_id) WHERE client_id IS NOT NULL DO NOTHING
    RETURNING id
),
moved AS (
    UPDATE rooms SET seq = newest.seq, shown = newest.seq, head = newest.head, updated_at = newest.created_at,
        active = newest.id, moved = 0, tick = (SELECT tick FROM ticks)
    FROM (SELECT DISTINCT ON (room_id) room_id, seq, head, created_at, id FROM new ORDER BY room_id, seq DESC) newest
    WHERE rooms.id = newest.room_id
),
skipped AS (
    UPDATE members SET skip = skip + own.messages
    FROM (SELECT room_id, sender_id, count(*) AS messages FROM new GROUP BY room_id, sender_id) own
    WHERE members.room_id = own.room_id AND members.person_id = own.sender_id
)
SELECT id FROM sent
