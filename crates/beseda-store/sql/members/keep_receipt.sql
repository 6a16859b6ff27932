-- Keeps how far a member has read.
UPDATE members SET read_seq = $1, read_at = $2, skip = $3, receipt = $4 WHERE id = $5
