-- How much is kept: people, rooms, messages and files that hang on some.
SELECT
    (SELECT count(*) FROM people),
    (SELECT count(*) FROM rooms),
    (SELECT count(*) FROM messages),
    (SELECT count(*) FROM files f WHERE EXISTS (SELECT 1 FROM attachments a WHERE a.file_id = f.id))
