-- Hangs a file on a message, unless the file is gone or being forgotten.
INSERT INTO attachments (room_id, seq, position, title, file_id)
SELECT $1, $2, $3, $4, f.id
FROM files f
WHERE f.id = $5 AND f.doomed = 0
