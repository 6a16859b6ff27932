-- Messages of a room have the next head each behind one, and those of one person are another one's from now on. Their numbers
-- are a list, as JSON. A client id that the other has used there is nobody's any more.
UPDATE messages
SET sender_id = CASE WHEN sender_id = $1 THEN $2 ELSE sender_id END,
    changed = $3 + e.key + 1,
    client_id = CASE
        WHEN sender_id = $1 AND EXISTS (
            SELECT 1 FROM messages x
            WHERE x.client_id = messages.client_id AND x.sender_id = $2 AND x.room_id = messages.room_id
        ) THEN NULL
        ELSE client_id
    END
FROM json_each($4) e
WHERE messages.room_id = $5 AND messages.seq = e.value
