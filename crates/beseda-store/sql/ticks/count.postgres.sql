-- Counts the transaction that is about to write: PostgreSQL does.
SELECT 1 WHERE FALSE
