-- Forgets the browsers that a person gave by what was proven at a moment.
DELETE FROM push_subscriptions WHERE person_id = $1 AND proven_at = $2
