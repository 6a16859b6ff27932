-- The keys of the rooms that somebody left, or that were taken away from under them, in a transaction behind one. Under the
-- key of one that was taken away another one may stand.
SELECT gone.key
FROM (
    SELECT CASE
        WHEN r.removed_at IS NULL THEN r.key
        ELSE substr(r.key, length('#removed-' || r.id || ':') + 1)
    END AS key
    FROM departures d
    JOIN rooms r ON r.id = d.room_id
    WHERE d.person_id = $1 AND d.tick > $2
    UNION
    SELECT substr(r.key, length('#removed-' || r.id || ':') + 1)
    FROM members m
    JOIN rooms r ON r.id = m.room_id
    WHERE m.person_id = $1 AND r.removed_at IS NOT NULL AND r.tick > $2
) gone
WHERE NOT EXISTS (
    SELECT 1
    FROM rooms o
    JOIN members n ON n.room_id = o.id
    WHERE o.key = gone.key AND n.person_id = $1
)
