-- Of which kinds of rooms anything is reported: from each to the next, because there are few.
WITH RECURSIVE kinds (kind) AS (
    SELECT min(r.kind) FROM reports r
    UNION ALL
    SELECT (SELECT min(r.kind) FROM reports r WHERE r.kind > k.kind) FROM kinds k WHERE k.kind IS NOT NULL
)
SELECT k.kind FROM kinds k WHERE k.kind IS NOT NULL
