-- Messages on which another number of files hangs than they say.
SELECT x.room_id, x.seq
FROM messages x
LEFT JOIN (SELECT a.room_id, a.seq, count(*) AS hanging FROM attachments a GROUP BY a.room_id, a.seq) h
    ON h.room_id = x.room_id AND h.seq = x.seq
WHERE x.files <> coalesce(h.hanging, 0)
ORDER BY x.room_id, x.seq
