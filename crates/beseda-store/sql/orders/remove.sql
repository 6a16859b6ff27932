-- Forgets an order.
DELETE FROM orders WHERE id = $1
