-- Orders by when they were last changed, behind one of them.
SELECT o.id, o.host_name, o.generated_order_number, o.client_id, o.expert_id, o.operator_id, o.status, u.at
FROM updates u
JOIN orders o ON o.id = u.subject
WHERE u.kind = 'order' AND (u.at, u.subject) > ($1, $2)
ORDER BY u.at, u.subject
LIMIT $3
