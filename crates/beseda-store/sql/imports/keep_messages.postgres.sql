-- Keeps messages under their numbers. Each is a list in a list, as JSON.
INSERT INTO messages (room_id, seq, id, sender_id, text, created_at, sent_head, changed, files)
SELECT
    CAST(e.value ->> 0 AS bigint), CAST(e.value ->> 1 AS bigint), CAST(e.value ->> 2 AS bigint),
    CAST(e.value ->> 3 AS bigint), e.value ->> 4, CAST(e.value ->> 5 AS bigint),
    CAST(e.value ->> 6 AS bigint), CAST(e.value ->> 6 AS bigint), CAST(e.value ->> 7 AS bigint)
FROM json_array_elements(CAST(CAST($1 AS text) AS json)) e
