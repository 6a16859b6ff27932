-- Who wrote at a moment is known only to the server that counted it, and the database may have moved to another one.
UPDATE search_marks SET bound = done, moment = 0 WHERE id = 1 AND moment > 0
