-- Which PostgreSQL this is.
SELECT version()
