-- A canned reply by its name.
SELECT c.id, c.uuid, c.shortcut, c.title, c.text, c.updated_at FROM canned_replies c WHERE c.uuid = $1
