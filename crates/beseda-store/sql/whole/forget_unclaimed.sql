-- Forgets the uploads that no message has claimed.
DELETE FROM files WHERE NOT EXISTS (SELECT 1 FROM attachments a WHERE a.file_id = files.id)
