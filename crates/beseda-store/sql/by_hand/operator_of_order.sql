-- Who answers for an order, as operators ask for it.
SELECT o.id, o.generated_order_number, o.operator_id, u.email AS operator_email
 FROM orders o LEFT JOIN users u ON o.operator_id = u.id WHERE o.id = $1
