-- Who has blocked somebody, the last first.
SELECT b.person_id FROM blocks b WHERE b.blocked_id = $1 ORDER BY b.id DESC
