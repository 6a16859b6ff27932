-- How many rooms somebody is in, of any kind; those that were removed are counted too.
SELECT count(*) FROM members WHERE person_id = $1
