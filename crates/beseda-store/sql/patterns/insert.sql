-- Keeps a row as it is.
INSERT INTO "{table}" ({columns}) VALUES ({places})
