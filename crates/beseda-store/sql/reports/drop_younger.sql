-- Of what two people who are one report of a message the older stays.
DELETE FROM reports
WHERE person_id IN ($1, $2) AND EXISTS (
    SELECT 1 FROM reports o
    WHERE o.room_id = reports.room_id AND o.seq = reports.seq AND o.person_id IN ($1, $2) AND o.id < reports.id
)
