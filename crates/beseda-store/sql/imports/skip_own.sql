-- More messages that are not unread for their own senders. Room, sender and how many are lists in a list, as JSON.
UPDATE members SET skip = skip + json_extract(e.value, '$[2]')
FROM json_each($1) e
WHERE members.room_id = json_extract(e.value, '$[0]') AND members.person_id = json_extract(e.value, '$[1]')
