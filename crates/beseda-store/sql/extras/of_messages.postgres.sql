-- What is kept in one row beside some messages of a room. Their numbers are a list, as JSON.
SELECT k.seq, k.is_event, k.reply_to, k.custom, k.pinned_at, p.id, p.host_name, p.forgotten
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN extras k ON k.room_id = $2 AND k.seq = CAST(e.value AS bigint)
LEFT JOIN people p ON p.id = k.pinned_by
