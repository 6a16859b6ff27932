-- Ends every refresh token of a family; one that was ended before keeps its time.
UPDATE refresh_tokens SET revoked_at = coalesce(revoked_at, $1) WHERE family = $2
