-- What is known of how a message has changed is out of date.
DELETE FROM search_changed WHERE id = $1
