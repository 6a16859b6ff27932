-- Ends the server's process for a lost connection: here there is none.
SELECT 0 WHERE $1 = $2
