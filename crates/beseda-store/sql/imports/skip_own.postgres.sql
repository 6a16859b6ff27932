-- More messages that are not unread for their own senders. Room, sender and how many are lists in a list, as JSON.
UPDATE members SET skip = skip + CAST(e.value ->> 2 AS bigint)
FROM json_array_elements(CAST(CAST($1 AS text) AS json)) e
WHERE members.room_id = CAST(e.value ->> 0 AS bigint) AND members.person_id = CAST(e.value ->> 1 AS bigint)
