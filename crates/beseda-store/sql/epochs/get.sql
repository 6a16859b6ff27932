-- Which life of the database this is.
SELECT e.epoch FROM epochs e WHERE e.id = 1
