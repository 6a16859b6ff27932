-- How far the index is, up to where it would be if nobody who wrote then still does, whether all of those are gone, and the
-- newest message. Here one writes after the other, so that nothing comes later that has a lower number.
SELECT k.done, coalesce((SELECT max(x.id) FROM messages x), 0), 1 = 1, coalesce((SELECT max(x.id) FROM messages x), 0), k.turn
FROM search_marks k
WHERE k.id = 1
