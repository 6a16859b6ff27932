-- Keeps new messages whose numbers were drawn before, and tells which; not those whose sender's client id is taken. Each is
-- a list in a list, as JSON.
INSERT INTO messages (room_id, seq, id, sender_id, client_id, text, created_at, sent_head, changed, files)
SELECT
    json_extract(e.value, '$[0]'), json_extract(e.value, '$[1]'), json_extract(e.value, '$[2]'),
    json_extract(e.value, '$[3]'), json_extract(e.value, '$[4]'), json_extract(e.value, '$[5]'),
    json_extract(e.value, '$[6]'), json_extract(e.value, '$[7]'), json_extract(e.value, '$[7]'), 0
FROM json_each($1) e
WHERE true
ON CONFLICT (client_id, sender_id, room_id) WHERE client_id IS NOT NULL DO NOTHING
RETURNING id
