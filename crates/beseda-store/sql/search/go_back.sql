-- Messages came with numbers from this one on: the index is no further than to the segment that may reach there, and whoever has
-- read before what it lacks does not add that.
UPDATE search_marks SET
    turn = turn + 1,
    done = CASE
        WHEN done >= $1 THEN coalesce((SELECT max(s.first) FROM search_segments s WHERE s.first <= $1), $1) - 1
        ELSE done
    END
WHERE id = 1
