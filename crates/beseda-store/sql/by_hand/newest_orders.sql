-- The newest orders, by the numbers that they have here, with what the host application calls them.
SELECT o.id, coalesce(o.host_name, CAST(o.id AS TEXT)) AS host_id, o.client_id, o.expert_id, o.operator_id
FROM orders o
ORDER BY o.id DESC
LIMIT 10
