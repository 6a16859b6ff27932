-- What somebody makes of messages, in removed rooms too, behind one of these.
SELECT r.room_id, r.seq, r.emoji
FROM reactions r
WHERE r.person_id = $1 AND (r.room_id, r.seq, r.emoji) > ($2, $3, $4)
ORDER BY r.room_id, r.seq, r.emoji
LIMIT $5
