-- Puts a message into the index as it is now.
INSERT OR REPLACE INTO search (rowid, lexemes) VALUES ($1, $2)
