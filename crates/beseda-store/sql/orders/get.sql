-- The order with a number.
SELECT o.id, o.generated_order_number, o.client_id, o.expert_id, o.operator_id, o.status
FROM orders o
WHERE o.id = $1
