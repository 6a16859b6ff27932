-- Keeps how far a report is, and what the staff notes on it.
UPDATE reports SET state = $1, note = $2, settled_by = $3, settled_at = $4 WHERE uuid = $5
