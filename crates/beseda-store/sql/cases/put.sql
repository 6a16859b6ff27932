-- Keeps what the desk knows of a room.
INSERT INTO cases (room_id, visitor_id, customer_name, customer_email, status, assigned_to)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (room_id) DO UPDATE SET
    visitor_id = excluded.visitor_id,
    customer_name = excluded.customer_name,
    customer_email = excluded.customer_email,
    status = excluded.status,
    assigned_to = excluded.assigned_to
