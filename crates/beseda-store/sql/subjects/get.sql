-- Whom a host application calls by a name.
SELECT s.person_id
FROM subjects s
WHERE s.issuer = $1 AND s.name = $2
