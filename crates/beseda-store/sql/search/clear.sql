-- Empties the index.
INSERT INTO search (search) VALUES ('delete-all')
