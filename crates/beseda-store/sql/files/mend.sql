-- Takes files for just reserved that a clock reserved which was ahead.
UPDATE files SET reserved_at = $1 WHERE doomed = 0 AND reserved_at > $2
