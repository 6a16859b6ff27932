-- Keeps new messages whose numbers were drawn before, and tells which; not those whose sender's client id is taken. Each is
-- a list in a list, as JSON.
INSERT INTO messages (room_id, seq, id, sender_id, client_id, text, created_at, sent_head, changed, files)
SELECT
    CAST(e.value ->> 0 AS bigint), CAST(e.value ->> 1 AS bigint), CAST(e.value ->> 2 AS bigint),
    CAST(e.value ->> 3 AS bigint), e.value ->> 4, e.value ->> 5,
    CAST(e.value ->> 6 AS bigint), CAST(e.value ->> 7 AS bigint), CAST(e.value ->> 7 AS bigint), 0
FROM json_array_elements(CAST(CAST($1 AS text) AS json)) e
ON CONFLICT (client_id, sender_id, room_id) WHERE client_id IS NOT NULL DO NOTHING
RETURNING id
