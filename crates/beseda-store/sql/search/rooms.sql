-- The rooms that a person is in, removed ones too, and whether each is of a kind, if one is named.
SELECT
    m.room_id,
    CASE WHEN $1 = '' THEN 1 ELSE (SELECT count(*) FROM rooms k WHERE k.id = m.room_id AND k.kind = $1) END
FROM members m
WHERE m.person_id = $2
