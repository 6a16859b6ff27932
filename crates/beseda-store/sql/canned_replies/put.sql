-- Keeps a canned reply, in the place of the one with its name.
INSERT INTO canned_replies (uuid, shortcut, title, text, updated_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (uuid) DO UPDATE SET
    shortcut = excluded.shortcut, title = excluded.title, text = excluded.text, updated_at = excluded.updated_at
