-- Rooms whose messages are not numbered 1, 2, 3 … up to the number that the room knows.
SELECT r.id, r.seq
FROM rooms r
LEFT JOIN messages x ON x.room_id = r.id
GROUP BY r.id, r.seq
HAVING count(x.seq) <> r.seq OR coalesce(max(x.seq), 0) <> r.seq OR coalesce(min(x.seq), 1) <> 1
ORDER BY r.id
