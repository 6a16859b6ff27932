-- The order that the host application calls so: by a text, or by a number that is its own.
SELECT o.id, o.host_name, o.generated_order_number, o.client_id, o.expert_id, o.operator_id, o.status
FROM orders o
WHERE o.host_name = $1 OR (o.id = $2 AND o.host_name IS NULL)
