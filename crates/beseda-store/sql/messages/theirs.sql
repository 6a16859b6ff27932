-- The numbers of everything in a room, removed or not, that looks different where somebody is somebody else: what they wrote
-- and what answers it, what they pinned, make of it and alone see, and where they are mentioned.
SELECT x.seq FROM messages x WHERE x.room_id = $1 AND x.sender_id = $2
UNION
SELECT a.seq
FROM extras a
JOIN messages x ON x.room_id = a.room_id AND x.seq = a.reply_to
WHERE a.room_id = $1 AND x.sender_id = $2
UNION
SELECT p.seq FROM extras p WHERE p.room_id = $1 AND p.pinned_by = $2
UNION
SELECT r.seq FROM reactions r WHERE r.room_id = $1 AND r.person_id = $2
UNION
SELECT n.seq FROM mentions n WHERE n.room_id = $1 AND n.person_id = $2
UNION
SELECT d.seq FROM readers d WHERE d.room_id = $1 AND d.person_id = $2
ORDER BY 1
