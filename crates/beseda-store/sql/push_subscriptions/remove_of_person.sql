-- Forgets the browsers of a person.
DELETE FROM push_subscriptions WHERE person_id = $1
