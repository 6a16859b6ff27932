-- The rooms about a group are about none any more.
UPDATE rooms SET group_id = NULL WHERE group_id = $1
