-- Members whose count of unread messages is another one when the messages are counted.
SELECT m.room_id, m.person_id
FROM members m
JOIN rooms r ON r.id = m.room_id
LEFT JOIN messages x
    ON x.room_id = m.room_id AND x.seq > m.read_seq AND (
        x.sender_id = m.person_id OR x.erased_at IS NOT NULL
        OR x.extra & 8 <> 0 AND NOT EXISTS (
            SELECT 1 FROM readers d WHERE d.room_id = x.room_id AND d.seq = x.seq AND d.person_id = m.person_id
        )
    )
WHERE r.removed_at IS NULL
GROUP BY m.room_id, m.person_id, m.skip, m.read_seq, r.seq
HAVING m.skip <> count(x.seq) OR m.read_seq > r.seq
ORDER BY m.room_id, m.person_id
