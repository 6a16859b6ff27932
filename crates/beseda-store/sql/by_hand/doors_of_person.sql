-- What a person is let in by, besides tokens that nobody keeps.
SELECT
    (SELECT count(*) FROM sessions s WHERE s.person_id = $1) AS sessions,
    (
        SELECT count(*) FROM refresh_tokens t
        WHERE t.person_id = $1 AND t.used_at IS NULL AND t.revoked_at IS NULL
    ) AS refresh_tokens
