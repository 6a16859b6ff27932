-- Whether two people attend one group.
SELECT EXISTS (
    SELECT 1
    FROM group_students one
    JOIN group_students other ON other.group_id = one.group_id
    WHERE one.person_id = $1 AND other.person_id = $2
)
