-- Everybody in some rooms, in any order. The rooms' numbers are a list, as JSON.
SELECT
    m.id, m.room_id, m.person_id, m.read_seq, m.read_at, m.skip, m.joined_at, m.granted,
    m.role, m.delivered_seq, m.muted_until, m.pinned_at, m.archived, m.unread_from
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN members m ON m.room_id = CAST(e.value AS bigint)
