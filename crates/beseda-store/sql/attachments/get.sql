-- The attachment with a number and where it hangs, unless the message is erased or its room removed.
SELECT
    x.room_id, x.id,
    a.id, a.title,
    f.id, f.name, f.sha256, f.bytes, f.media, f.width, f.height, f.has_thumbnail, f.blur
FROM attachments a
JOIN files f ON f.id = a.file_id
JOIN messages x ON x.room_id = a.room_id AND x.seq = a.seq
JOIN rooms r ON r.id = a.room_id
WHERE a.id = $1 AND x.erased_at IS NULL AND r.removed_at IS NULL
