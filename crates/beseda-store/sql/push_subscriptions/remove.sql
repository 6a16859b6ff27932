-- Forgets a browser.
DELETE FROM push_subscriptions WHERE uuid = $1
