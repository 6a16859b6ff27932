-- Moves the numbers of several rooms on: each has new messages. Each room is a list in a list, as JSON: its number, and what
-- its newest message has.
UPDATE rooms SET seq = k.seq, shown = k.seq, head = k.head, updated_at = k.created_at
FROM (
    SELECT
        CAST(e.value ->> 0 AS bigint) AS room_id, CAST(e.value ->> 1 AS bigint) AS seq,
        CAST(e.value ->> 2 AS bigint) AS head, CAST(e.value ->> 3 AS bigint) AS created_at
    FROM json_array_elements(CAST(CAST($1 AS text) AS json)) e
) k
WHERE rooms.id = k.room_id
