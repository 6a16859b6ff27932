-- Canned replies, the first first.
SELECT c.id, c.uuid, c.shortcut, c.title, c.text, c.updated_at FROM canned_replies c WHERE c.id > $1 ORDER BY c.id LIMIT $2
