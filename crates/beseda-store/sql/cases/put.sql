-- Keeps what the desk knows of a room.
INSERT INTO cases (
    room_id, state, assigned_to, owes, since, snoozed_until, tags, visitor_id, customer_name, customer_email, page,
    referrer, locale, agent, custom
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (room_id) DO UPDATE SET
    state = excluded.state,
    assigned_to = excluded.assigned_to,
    owes = excluded.owes,
    since = excluded.since,
    snoozed_until = excluded.snoozed_until,
    tags = excluded.tags,
    visitor_id = excluded.visitor_id,
    customer_name = excluded.customer_name,
    customer_email = excluded.customer_email,
    page = excluded.page,
    referrer = excluded.referrer,
    locale = excluded.locale,
    agent = excluded.agent,
    custom = excluded.custom
