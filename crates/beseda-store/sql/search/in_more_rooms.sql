-- Whether a person is in more than so many rooms: asked first, because the rooms of who is are not needed, and no row is given for
-- those that are passed over.
SELECT 1 FROM members m WHERE m.person_id = $1 LIMIT 1 OFFSET $2
