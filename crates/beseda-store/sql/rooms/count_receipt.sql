-- Counts one more of a room's receipts: which one it is.
UPDATE rooms SET receipts = receipts + 1, tick = (SELECT tick FROM ticks) WHERE id = $1 RETURNING receipts
