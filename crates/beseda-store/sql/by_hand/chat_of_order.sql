-- The room of an order, as operators ask for it.
SELECT * FROM order_chats WHERE order_id = $1
