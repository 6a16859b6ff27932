-- Keeps messages under their numbers. Each is a list in a list, as JSON.
INSERT INTO messages (room_id, seq, id, sender_id, text, created_at, sent_head, changed, files)
SELECT
    json_extract(e.value, '$[0]'), json_extract(e.value, '$[1]'), json_extract(e.value, '$[2]'),
    json_extract(e.value, '$[3]'), json_extract(e.value, '$[4]'), json_extract(e.value, '$[5]'),
    json_extract(e.value, '$[6]'), json_extract(e.value, '$[6]'), json_extract(e.value, '$[7]')
FROM json_each($1) e
