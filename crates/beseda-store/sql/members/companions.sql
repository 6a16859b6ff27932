-- Which of some people are in a room of some kinds together with a person. Their numbers are a list, as JSON.
SELECT e.value
FROM json_each($1) e
WHERE EXISTS (
    SELECT 1
    FROM members o
    JOIN members m ON m.room_id = o.room_id
    JOIN rooms r ON r.id = m.room_id
    WHERE o.person_id = e.value AND m.person_id = $2
      AND ($3 = '*' OR $3 <> replace($3, ' ' || r.kind || ' ', '')) AND r.removed_at IS NULL
)
ORDER BY e.value
