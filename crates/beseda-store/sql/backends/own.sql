-- The server's process for this connection, and since when: here there is none.
SELECT 0, 0
