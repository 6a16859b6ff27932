-- Puts what was added to the index in its place, so that nobody who searches reads through it.
SELECT gin_clean_pending_list(CAST('search_lexemes' AS regclass))
