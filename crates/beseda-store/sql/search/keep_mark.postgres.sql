-- Keeps how far the index is, where it is as far as it was seen to be and nothing has come below since, and the next message up
-- to which that is to be proven,
-- once everybody is gone who came before this transaction.
UPDATE search_marks SET
    done = $1, bound = coalesce($2, bound),
    moment = CASE
        WHEN CAST($2 AS bigint) IS NULL THEN moment
        ELSE CAST(CAST(pg_current_xact_id() AS text) AS bigint)
    END
WHERE id = 1 AND done = $3 AND turn = $4
