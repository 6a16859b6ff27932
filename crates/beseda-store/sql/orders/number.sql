-- The number of an order that the host application calls by a text.
SELECT o.id FROM orders o WHERE o.host_name = $1
