-- Rows that speak of one that is not there, in words, ten of them.
SELECT format('a row of %s speaks of one of %s that is not there', "table", parent)
FROM pragma_foreign_key_check
LIMIT 10
