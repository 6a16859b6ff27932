-- How a person wants to be told.
SELECT s.is_on, s.preview, s.quiet_zone, s.quiet_from, s.quiet_to FROM push_settings s WHERE s.person_id = $1
