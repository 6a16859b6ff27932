-- The files that hang on some messages, those of each in their order. The messages' rooms and places are lists in a list,
-- as JSON.
SELECT
    a.room_id, a.seq,
    a.id, a.title,
    f.id, f.name, f.sha256, f.bytes, f.media, f.width, f.height, f.has_thumbnail, f.blur
FROM (
    SELECT CAST(e.value ->> 0 AS bigint) AS room_id, CAST(e.value ->> 1 AS bigint) AS seq
    FROM json_array_elements(CAST(CAST($1 AS text) AS json)) e
) k
JOIN attachments a ON a.room_id = k.room_id AND a.seq = k.seq
JOIN files f ON f.id = a.file_id
ORDER BY a.room_id, a.seq, a.position
