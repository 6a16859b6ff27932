-- What somebody reports is another one's.
UPDATE reports SET person_id = $1 WHERE person_id = $2
