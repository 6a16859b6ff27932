-- By what of a username, an e-mail and a phone somebody else is known, in this order.
SELECT CASE
    WHEN EXISTS (SELECT 1 FROM people u WHERE u.username = $1 AND u.username <> '' AND u.id <> $2) THEN 'username'
    WHEN EXISTS (SELECT 1 FROM people e WHERE lower(e.email) = lower($3) AND e.email <> '' AND e.id <> $2) THEN 'email'
    WHEN EXISTS (SELECT 1 FROM people f WHERE f.phone = $4 AND f.phone <> '' AND f.id <> $2) THEN 'phone'
END
