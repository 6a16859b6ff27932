-- The files that hang on a message, in their order.
SELECT
    a.id, a.title,
    f.id, f.name, f.sha256, f.bytes, f.media, f.width, f.height, f.has_thumbnail
FROM attachments a
JOIN files f ON f.id = a.file_id
WHERE a.room_id = $1 AND a.seq = $2
ORDER BY a.position
