-- When some people were last there. Their numbers are a list, as JSON.
SELECT s.person_id, s.at
FROM json_each($1) e
JOIN last_seen s ON s.person_id = e.value
