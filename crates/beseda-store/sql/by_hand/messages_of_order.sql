-- The messages of an order with who sent them, as operators ask for them.
SELECT cm.*, u.email, u.role FROM chat_messages cm JOIN users u ON cm.sender_id = u.id
 WHERE cm.chat_id = (SELECT id FROM order_chats WHERE order_id = $1) ORDER BY cm.created_at DESC
