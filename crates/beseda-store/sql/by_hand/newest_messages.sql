-- The newest messages, as operators ask for them.
SELECT * FROM chat_messages ORDER BY created_at DESC LIMIT 10
