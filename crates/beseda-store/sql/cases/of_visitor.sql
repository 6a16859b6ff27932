-- What the desk knows of a visitor's rooms, of removed ones too.
SELECT
    c.room_id, c.state, c.assigned_to, a.host_name, a.forgotten, c.owes, c.since, c.snoozed_until, c.tags,
    c.visitor_id, c.customer_name, c.customer_email, c.page, c.referrer, c.locale, c.agent, c.custom
FROM cases c
LEFT JOIN people a ON a.id = c.assigned_to
WHERE c.visitor_id = $1
ORDER BY c.room_id
