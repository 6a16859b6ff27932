-- Takes every student out of a group, before those it has are put in.
DELETE FROM group_students WHERE group_id = $1
