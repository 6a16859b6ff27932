-- What is kept in one row beside some messages of a room. Their numbers are a list, as JSON.
SELECT k.seq, k.is_event, k.reply_to, k.custom, k.pinned_at, p.id, p.host_name, p.forgotten
FROM json_each($1) e
JOIN extras k ON k.room_id = $2 AND k.seq = e.value
LEFT JOIN people p ON p.id = k.pinned_by
