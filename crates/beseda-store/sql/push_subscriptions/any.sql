-- Whether there is any browser to be told.
SELECT EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.id > 0)
