-- Forgets how a person wants to be told.
DELETE FROM push_settings WHERE person_id = $1
