-- The messages of a room that answer one; what answers is forgotten with an erased one.
SELECT k.seq FROM extras k WHERE k.room_id = $1 AND k.reply_to = $2 ORDER BY k.seq
