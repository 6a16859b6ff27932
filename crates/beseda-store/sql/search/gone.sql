-- Of which messages, from one to another, nothing may be left.
SELECT g.id FROM search_gone g WHERE g.id >= $1 AND g.id <= $2 ORDER BY g.id
