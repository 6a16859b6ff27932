-- Forgets old notices.
DELETE FROM notices WHERE id <= $1
