-- Lets numbers that are drawn from now on be above those that were given: here each is one above the highest anyway.
SELECT 0
