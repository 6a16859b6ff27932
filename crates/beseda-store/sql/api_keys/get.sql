-- The API key with a hash, revoked or not.
SELECT k.hash, k.name, k.scopes, k.created_at, k.revoked_at
FROM api_keys k
WHERE k.hash = $1
