-- Lets numbers that are drawn from now on be above those that were given. A sequence never goes back.
SELECT
    setval('message_ids', greatest((SELECT s.last_value FROM message_ids s), (SELECT max(x.id) FROM messages x))),
    setval('rooms_id_seq', greatest((SELECT s.last_value FROM rooms_id_seq s), (SELECT max(r.id) FROM rooms r))),
    setval('members_id_seq', greatest((SELECT s.last_value FROM members_id_seq s), (SELECT max(m.id) FROM members m)))
