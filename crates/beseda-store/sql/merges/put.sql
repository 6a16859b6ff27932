-- Notes that somebody has become somebody else.
INSERT INTO merges (person_id, into_id, merged_at) VALUES ($1, $2, $3)
