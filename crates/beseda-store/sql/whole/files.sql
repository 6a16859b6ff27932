-- Every file that hangs on a message.
SELECT f.name, f.bytes, f.sha256, f.has_thumbnail
FROM files f
WHERE EXISTS (SELECT 1 FROM attachments a WHERE a.file_id = f.id)
ORDER BY f.id
