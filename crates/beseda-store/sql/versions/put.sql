-- Keeps what a message said before it was edited, behind what it said before that.
INSERT INTO versions (room_id, seq, number, text, at)
VALUES ($1, $2, (SELECT coalesce(max(v.number), 0) + 1 FROM versions v WHERE v.room_id = $1 AND v.seq = $2), $3, $4)
