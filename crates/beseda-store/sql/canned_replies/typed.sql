-- The canned reply that is typed so.
SELECT c.id, c.uuid, c.shortcut, c.title, c.text, c.updated_at FROM canned_replies c WHERE c.shortcut = $1
