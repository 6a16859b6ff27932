-- Keeps a new file.
INSERT INTO files (sha256, name, bytes, media, width, height, has_thumbnail, blur, reserved_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING id
