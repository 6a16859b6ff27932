-- More messages that are not unread for their own senders. Each sender is a list in a list, as JSON: the room, the person,
-- and how many.
UPDATE members SET skip = members.skip + k.messages
FROM (
    SELECT
        CAST(e.value ->> 0 AS bigint) AS room_id, CAST(e.value ->> 1 AS bigint) AS person_id,
        CAST(e.value ->> 2 AS bigint) AS messages
    FROM json_array_elements(CAST(CAST($1 AS text) AS json)) e
) k
WHERE members.room_id = k.room_id AND members.person_id = k.person_id
