-- How many messages that stand a person has sent into a visitor's room.
SELECT s.messages FROM said s WHERE s.room_id = $1 AND s.person_id = $2
