-- Begins another life of the database.
INSERT INTO epochs (id, epoch) VALUES (1, $1)
ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch
