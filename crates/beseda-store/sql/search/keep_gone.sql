-- Of this message nothing may be left in the index.
INSERT INTO search_gone (id) VALUES ($1) ON CONFLICT (id) DO NOTHING
