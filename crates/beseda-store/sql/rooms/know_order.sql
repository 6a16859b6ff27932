-- Lets the room with an order's key know the order's number.
UPDATE rooms SET order_id = $1 WHERE key = $2 AND order_id IS NULL
