-- Numbers for as many new messages, in rising order: those after the newest one's.
WITH RECURSIVE turns (turn) AS (
    SELECT 1
    UNION ALL
    SELECT turn + 1 FROM turns WHERE turn < $1
)
SELECT (SELECT coalesce(max(id), 0) FROM messages) + turn FROM turns
