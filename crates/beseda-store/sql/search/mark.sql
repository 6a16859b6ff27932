-- Up to which message the index has all, and the newest message.
SELECT k.done, coalesce((SELECT max(x.id) FROM messages x), 0) FROM search_marks k WHERE k.id = 1
