-- Counts the transaction that is about to write.
UPDATE ticks SET tick = tick + 1
