-- How often receipts of a room have moved: the newest of who is in it, and of who is not any more.
SELECT
    coalesce((SELECT max(m.receipt) FROM members m WHERE m.room_id = $1), 0),
    coalesce((SELECT max(d.receipt) FROM departures d WHERE d.room_id = $1), 0)
