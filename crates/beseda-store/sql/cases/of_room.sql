-- What the desk knows of a room, unless it was removed.
SELECT
    c.room_id, c.state, c.assigned_to, a.host_name, a.forgotten, c.owes, c.since, c.snoozed_until, c.tags,
    c.visitor_id, c.customer_name, c.customer_email, c.page, c.referrer, c.locale, c.agent, c.custom
FROM cases c
JOIN rooms r ON r.id = c.room_id
LEFT JOIN people a ON a.id = c.assigned_to
WHERE c.room_id = $1 AND r.removed_at IS NULL
