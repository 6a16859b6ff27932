-- Everybody in some rooms but one person, in any order, each with the room. The rooms' numbers are a list, as JSON.
SELECT
    m.room_id,
    p.id, p.username, p.email, p.phone, p.first_name, p.last_name, p.role, p.active, p.signed_out_at,
    p.forgotten, p.host_name, p.put_at, p.avatar_url, p.custom, p.locale
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN members m ON m.room_id = CAST(e.value AS bigint)
JOIN people p ON p.id = m.person_id
WHERE m.person_id <> $2
