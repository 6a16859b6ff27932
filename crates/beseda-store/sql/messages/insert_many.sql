-- Messages that were gathered: none, where a statement is no way to a server and back.
SELECT $1 WHERE FALSE
