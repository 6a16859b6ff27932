-- Ends every session of a person.
DELETE FROM sessions WHERE person_id = $1
