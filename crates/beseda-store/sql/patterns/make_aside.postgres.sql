-- Makes a schema to put things aside.
CREATE SCHEMA "{aside}"
