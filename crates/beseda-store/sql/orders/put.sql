-- Makes an order or changes the one with this number.
INSERT INTO orders (id, host_name, generated_order_number, client_id, expert_id, operator_id, status)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO UPDATE SET
    generated_order_number = excluded.generated_order_number,
    client_id = excluded.client_id,
    expert_id = excluded.expert_id,
    operator_id = excluded.operator_id,
    status = excluded.status
