-- Every API key, the oldest first.
SELECT k.hash, k.name, k.scopes, k.created_at, k.revoked_at
FROM api_keys k
ORDER BY k.created_at, k.name, k.hash
