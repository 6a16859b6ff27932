-- When some people were last there. Their numbers are a list, as JSON.
SELECT s.person_id, s.at
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN last_seen s ON s.person_id = CAST(e.value AS bigint)
