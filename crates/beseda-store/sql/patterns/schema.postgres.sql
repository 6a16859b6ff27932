-- The schema that we are in.
SELECT current_schema()::text
