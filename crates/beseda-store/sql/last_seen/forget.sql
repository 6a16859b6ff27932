-- Forgets when somebody was last there.
DELETE FROM last_seen WHERE person_id = $1
