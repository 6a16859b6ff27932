-- Drops what is aside.
DROP SCHEMA IF EXISTS "{aside}" CASCADE
