-- Forgets a canned reply.
DELETE FROM canned_replies WHERE uuid = $1
