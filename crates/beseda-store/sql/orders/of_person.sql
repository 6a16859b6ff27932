-- The orders in which a person has a place.
SELECT o.id, o.host_name, o.generated_order_number, o.client_id, o.expert_id, o.operator_id, o.status
FROM orders o
WHERE o.client_id = $1 OR o.expert_id = $1 OR o.operator_id = $1
ORDER BY o.id
