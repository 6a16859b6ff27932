-- The last transaction of which, and of all before it, everything is seen.
SELECT tick FROM settled
