-- Keeps when some people were last there, in pairs in a list, as JSON. A later moment stays, unless it is behind one at which no
-- clock can be that is right.
INSERT INTO last_seen (person_id, at)
SELECT p.id, k.at
FROM (
    SELECT json_extract(e.value, '$[0]') AS person_id, json_extract(e.value, '$[1]') AS at
    FROM json_each($1) e
) k
JOIN people p ON p.id = k.person_id
WHERE p.forgotten = 0
ON CONFLICT (person_id) DO UPDATE SET at = excluded.at
WHERE last_seen.at < excluded.at OR last_seen.at > $2
