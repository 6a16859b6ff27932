-- Cases in one state that are somebody's to see, those since which the shortest time has passed first: of kinds of which they
-- see every room, and of rooms that they are in. Kinds are words between blanks, a tag is JSON behind a comma: as it lies in
-- the list, once a comma stands for its bracket.
SELECT
    c.room_id, c.state, c.assigned_to, a.host_name, a.forgotten, c.owes, c.since, c.snoozed_until, c.tags,
    c.visitor_id, c.customer_name, c.customer_email, c.page, c.referrer, c.locale, c.agent, c.custom,
    r.id, r.uuid, r.key, r.kind, r.title, r.seq, r.head, r.shown, r.erased, r.changed,
    r.created_at, r.updated_at, r.receipts, r.ahead, r.closed, r.extra, r.changed_at, r.blocked
FROM cases c
JOIN rooms r ON r.id = c.room_id
LEFT JOIN people a ON a.id = c.assigned_to
WHERE c.state = $1 AND r.removed_at IS NULL
  AND (
      $2 <> replace($2, ' ' || r.kind || ' ', '')
      OR (
          $3 <> replace($3, ' ' || r.kind || ' ', '')
          AND EXISTS (SELECT 1 FROM members m WHERE m.room_id = r.id AND m.person_id = $4)
      )
  )
  AND ($5 = '' OR ($5 = 'nobody' AND c.assigned_to IS NULL) OR ($5 = 'person' AND c.assigned_to = $6))
  AND ($7 = '' OR c.owes = $7)
  AND ($8 = '' OR ',' || substr(c.tags, 2) <> replace(',' || substr(c.tags, 2), $8, ''))
  AND (c.since, c.room_id) < ($9, $10)
ORDER BY c.since DESC, c.room_id DESC
LIMIT $11
