-- Whether two people are in one room of some kinds.
SELECT EXISTS (
    SELECT 1
    FROM members m
    JOIN members o ON o.room_id = m.room_id
    JOIN rooms r ON r.id = m.room_id
    WHERE m.person_id = $1 AND o.person_id = $2
      AND ($3 = '*' OR $3 <> replace($3, ' ' || r.kind || ' ', '')) AND r.removed_at IS NULL
)
