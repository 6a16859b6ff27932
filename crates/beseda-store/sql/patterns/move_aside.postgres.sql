-- Puts a thing aside.
ALTER {kind} "{table}" SET SCHEMA "{aside}"
