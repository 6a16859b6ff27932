-- Keeps a browser to be told, in the place of that with the same id.
INSERT INTO push_subscriptions (uuid, person_id, proven_at, key_hash, endpoint, p256dh, auth, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (uuid) DO UPDATE SET
    person_id = excluded.person_id,
    proven_at = excluded.proven_at,
    key_hash = excluded.key_hash,
    endpoint = excluded.endpoint,
    p256dh = excluded.p256dh,
    auth = excluded.auth,
    created_at = excluded.created_at
