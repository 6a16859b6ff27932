-- Forgets when messages were sent.
DELETE FROM search_times
