-- Forgets what somebody reports.
DELETE FROM reports WHERE person_id = $1
