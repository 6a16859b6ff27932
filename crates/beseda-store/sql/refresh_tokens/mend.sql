-- Brings refresh tokens back that a clock gave or took which was ahead; those that it gave live for as long as they were given.
UPDATE refresh_tokens
SET expires_at = CASE WHEN issued_at > $1 THEN $2 + (expires_at - issued_at) ELSE expires_at END,
    issued_at = CASE WHEN issued_at > $1 THEN $2 ELSE issued_at END,
    used_at = CASE WHEN used_at > $1 THEN $2 ELSE used_at END
WHERE expires_at > $2 AND (issued_at > $1 OR used_at > $1)
