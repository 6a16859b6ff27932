-- What the desk knows of a visitor's rooms, of removed ones too.
SELECT
    c.room_id, c.visitor_id, c.customer_name, c.customer_email, c.status, c.assigned_to, p.host_name, p.forgotten
FROM cases c
LEFT JOIN people p ON p.id = c.assigned_to
WHERE c.visitor_id = $1
ORDER BY c.room_id
