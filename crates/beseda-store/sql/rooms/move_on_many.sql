-- Moves the numbers of several rooms on: each has new messages. Each room is a list in a list, as JSON: its number, and what
-- its newest message has.
UPDATE rooms SET seq = k.seq, shown = k.seq, head = k.head, updated_at = k.created_at
FROM (
    SELECT
        json_extract(e.value, '$[0]') AS room_id, json_extract(e.value, '$[1]') AS seq,
        json_extract(e.value, '$[2]') AS head, json_extract(e.value, '$[3]') AS created_at
    FROM json_each($1) e
) k
WHERE rooms.id = k.room_id
