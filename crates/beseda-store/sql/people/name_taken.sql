-- Which of a username, an e-mail and a phone somebody else logs in by, as whichever of the three.
SELECT CASE
    WHEN $1 <> '' AND (
        EXISTS (SELECT 1 FROM people u WHERE u.username = $1 AND u.username <> ''
            AND u.password_hash IS NOT NULL AND u.id <> $2)
        OR EXISTS (SELECT 1 FROM people e WHERE lower(e.email) = lower($1) AND e.email <> ''
            AND e.password_hash IS NOT NULL AND e.id <> $2)
        OR EXISTS (SELECT 1 FROM people f WHERE f.phone = $1 AND f.phone <> ''
            AND f.password_hash IS NOT NULL AND f.id <> $2)
    ) THEN 'username'
    WHEN $3 <> '' AND (
        EXISTS (SELECT 1 FROM people u WHERE u.username = $3 AND u.username <> ''
            AND u.password_hash IS NOT NULL AND u.id <> $2)
        OR EXISTS (SELECT 1 FROM people e WHERE lower(e.email) = lower($3) AND e.email <> ''
            AND e.password_hash IS NOT NULL AND e.id <> $2)
        OR EXISTS (SELECT 1 FROM people f WHERE f.phone = $3 AND f.phone <> ''
            AND f.password_hash IS NOT NULL AND f.id <> $2)
    ) THEN 'email'
    WHEN $4 <> '' AND (
        EXISTS (SELECT 1 FROM people u WHERE u.username = $4 AND u.username <> ''
            AND u.password_hash IS NOT NULL AND u.id <> $2)
        OR EXISTS (SELECT 1 FROM people e WHERE lower(e.email) = lower($4) AND e.email <> ''
            AND e.password_hash IS NOT NULL AND e.id <> $2)
        OR EXISTS (SELECT 1 FROM people f WHERE f.phone = $4 AND f.phone <> ''
            AND f.password_hash IS NOT NULL AND f.id <> $2)
    ) THEN 'phone'
END
