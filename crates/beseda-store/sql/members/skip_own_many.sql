-- More messages that are not unread for their own senders. Each sender is a list in a list, as JSON: the room, the person,
-- and how many.
UPDATE members SET skip = members.skip + k.messages
FROM (
    SELECT
        json_extract(e.value, '$[0]') AS room_id, json_extract(e.value, '$[1]') AS person_id,
        json_extract(e.value, '$[2]') AS messages
    FROM json_each($1) e
) k
WHERE members.room_id = k.room_id AND members.person_id = k.person_id
