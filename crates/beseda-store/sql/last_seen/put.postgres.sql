-- Keeps when some people were last there, in pairs in a list, as JSON. A later moment stays, unless it is behind one at which no
-- clock can be that is right.
INSERT INTO last_seen (person_id, at)
SELECT p.id, k.at
FROM (
    SELECT CAST(e.value ->> 0 AS bigint) AS person_id, CAST(e.value ->> 1 AS bigint) AS at
    FROM json_array_elements(CAST(CAST($1 AS text) AS json)) e
) k
JOIN people p ON p.id = k.person_id
WHERE p.forgotten = 0
ON CONFLICT (person_id) DO UPDATE SET at = excluded.at
WHERE last_seen.at < excluded.at OR last_seen.at > $2
