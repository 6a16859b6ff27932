-- Whether one has blocked another.
SELECT EXISTS (SELECT 1 FROM blocks WHERE person_id = $1 AND blocked_id = $2)
