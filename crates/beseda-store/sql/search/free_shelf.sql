-- The first shelf on which no segment's pages stand: behind one on which some do, or the first of all.
SELECT min(e.shelf)
FROM (SELECT s.shelf + 1 AS shelf FROM search_segments s UNION ALL SELECT 0) e
WHERE NOT EXISTS (SELECT 1 FROM search_segments t WHERE t.shelf = e.shelf)
