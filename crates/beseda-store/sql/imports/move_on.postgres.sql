-- Moves the numbers of rooms on: each has new messages. Room, number, head, time, number of the newest message, and from when
-- on messages have moments already, are lists in a list, as JSON.
UPDATE rooms SET
    seq = CAST(e.value ->> 1 AS bigint), shown = CAST(e.value ->> 1 AS bigint),
    head = CAST(e.value ->> 2 AS bigint), updated_at = CAST(e.value ->> 3 AS bigint),
    active = CAST(e.value ->> 4 AS bigint), moved = 0, ahead = CAST(e.value ->> 5 AS bigint),
    tick = (SELECT tick FROM ticks)
FROM json_array_elements(CAST(CAST($1 AS text) AS json)) e
WHERE rooms.id = CAST(e.value ->> 0 AS bigint)
