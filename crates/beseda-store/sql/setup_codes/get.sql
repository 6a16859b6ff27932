-- The setup code with a hash, used and ended or not.
SELECT c.hash, c.email, c.expires_at, c.used_at
FROM setup_codes c
WHERE c.hash = $1
