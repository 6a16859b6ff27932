-- How far the index is, up to where it would be if nobody who wrote then still does, whether all of those are gone, and the
-- newest message. Whoever draws a number for a message holds its room by then, and so has a number as a transaction.
SELECT
    k.done, k.bound, CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) >= k.moment,
    coalesce((SELECT max(x.id) FROM messages x), 0), k.turn
FROM search_marks k
WHERE k.id = 1
