-- Who somebody has become.
SELECT m.into_id FROM merges m WHERE m.person_id = $1
