-- Goes on after the highest id of a message.
SELECT setval('message_ids', greatest(1, coalesce(max(x.id), 0)), max(x.id) IS NOT NULL) FROM messages x
