-- Ends every refresh token of a person; one that was ended before keeps its time.
UPDATE refresh_tokens SET revoked_at = coalesce(revoked_at, $1) WHERE person_id = $2
