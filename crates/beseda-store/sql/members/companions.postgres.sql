-- Which of some people are in a room of some kinds together with a person. Their numbers are a list, as JSON.
SELECT CAST(e.value AS bigint)
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
WHERE EXISTS (
    SELECT 1
    FROM members o
    JOIN members m ON m.room_id = o.room_id
    JOIN rooms r ON r.id = m.room_id
    WHERE o.person_id = CAST(e.value AS bigint) AND m.person_id = $2
      AND ($3 = '*' OR $3 <> replace($3, ' ' || r.kind || ' ', '')) AND r.removed_at IS NULL
)
ORDER BY CAST(e.value AS bigint)
