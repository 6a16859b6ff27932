-- The API key that asked for a ticket as somebody: what it opens ends with the key.
ALTER TABLE tickets ADD COLUMN key_hash BLOB;
