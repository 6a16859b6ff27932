-- Gives up the files that hang on nothing and were last reserved before a time: nobody can reserve them any more.
UPDATE files
SET doomed = 1
WHERE doomed = 0 AND reserved_at < $1 AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.file_id = files.id)
