-- Notes when something was changed; a clock that is behind takes nothing back.
INSERT INTO updates (kind, subject, at) VALUES ($1, $2, $3)
ON CONFLICT (kind, subject) DO UPDATE SET at = excluded.at WHERE updates.at < excluded.at
