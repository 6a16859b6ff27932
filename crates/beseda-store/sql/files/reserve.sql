-- Reserves a file from a time on.
UPDATE files SET reserved_at = $1 WHERE id = $2
