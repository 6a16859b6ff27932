-- The browser with this address.
SELECT s.uuid, s.person_id, s.proven_at, s.key_hash, s.endpoint, s.p256dh, s.auth, s.created_at
FROM push_subscriptions s
WHERE s.endpoint = $1
