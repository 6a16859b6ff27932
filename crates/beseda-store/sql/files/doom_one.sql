-- Gives up a file that hangs on nothing, however lately it was reserved.
UPDATE files
SET doomed = 1
WHERE name = $1 AND doomed = 0 AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.file_id = files.id)
