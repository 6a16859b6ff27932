-- Moves the numbers of rooms on: each has new messages. Room, number, head, time, number of the newest message, and from when
-- on messages have moments already, are lists in a list, as JSON.
UPDATE rooms SET
    seq = json_extract(e.value, '$[1]'), shown = json_extract(e.value, '$[1]'),
    head = json_extract(e.value, '$[2]'), updated_at = json_extract(e.value, '$[3]'),
    active = json_extract(e.value, '$[4]'), moved = 0, ahead = json_extract(e.value, '$[5]'),
    tick = (SELECT tick FROM ticks)
FROM json_each($1) e
WHERE rooms.id = json_extract(e.value, '$[0]')
