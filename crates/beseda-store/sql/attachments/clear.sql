-- Takes every file from a message.
DELETE FROM attachments WHERE room_id = $1 AND seq = $2
