-- Rooms with some numbers, removed ones too, each with the number of its newest message. The numbers are a list, as JSON.
SELECT
    r.id, r.uuid, r.key, r.kind, r.title, r.seq, r.head, r.shown, r.erased, r.changed,
    r.created_at, r.updated_at, r.receipts, r.ahead, r.closed, r.extra, r.changed_at, r.blocked,
    coalesce(r.removed_at, 0) <> 0, x.id
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN rooms r ON r.id = CAST(e.value AS bigint)
LEFT JOIN messages x ON x.room_id = r.id AND x.seq = r.seq
