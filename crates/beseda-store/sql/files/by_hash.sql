-- The file with these bytes that can be reserved.
SELECT
    f.id, f.name, f.sha256, f.bytes, f.media, f.width, f.height, f.has_thumbnail, f.blur
FROM files f
WHERE f.sha256 = $1 AND f.doomed = 0
