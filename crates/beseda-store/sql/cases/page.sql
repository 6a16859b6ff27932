-- A page of the visitors' rooms by what happened last, each with what the desk knows of it and its newest message that
-- is not erased.
SELECT
    r.id, r.uuid, r.key, r.kind, r.title, r.seq, r.head, r.shown, r.erased, r.changed,
    r.created_at, r.updated_at, r.receipts, r.ahead, r.closed, r.extra, r.changed_at, r.blocked,
    c.room_id, c.state, c.assigned_to, a.host_name, a.forgotten, c.owes, c.since, c.snoozed_until, c.tags,
    c.visitor_id, c.customer_name, c.customer_email, c.page, c.referrer, c.locale, c.agent, c.custom,
    x.id, x.room_id, x.seq, x.sender_id, p.email, coalesce(x.sender_name, p.first_name),
    CASE WHEN x.sender_name IS NULL THEN p.last_name ELSE '' END, p.role, p.host_name, p.forgotten, x.text,
    x.created_at, x.edited_at, x.erased_at, x.sent_head, x.changed, x.files, x.client_id, x.extra
FROM rooms r
JOIN cases c ON c.room_id = r.id
LEFT JOIN people a ON a.id = c.assigned_to
LEFT JOIN messages x ON x.room_id = r.id AND x.seq = r.shown
LEFT JOIN people p ON p.id = x.sender_id
WHERE r.kind = 'support' AND r.removed_at IS NULL
ORDER BY r.active DESC, r.moved DESC, r.id DESC
LIMIT $1 OFFSET $2
