-- One has blocked another no more.
DELETE FROM blocks WHERE person_id = $1 AND blocked_id = $2
