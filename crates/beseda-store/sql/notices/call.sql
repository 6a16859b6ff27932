-- Calls whoever listens: here nobody does, they look whether somebody has written.
SELECT 0
