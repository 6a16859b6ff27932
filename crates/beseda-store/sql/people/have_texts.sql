-- Whether the host application calls any person, order or group by a text that is no number. What the server calls so
-- itself does not count.
SELECT
    EXISTS (
        SELECT 1 FROM people p
        WHERE p.host_name IS NOT NULL AND p.host_name GLOB '*[^0-9]*' AND p.host_name NOT LIKE 'beseda/%'
    )
    OR EXISTS (SELECT 1 FROM orders o WHERE o.host_name IS NOT NULL AND o.host_name NOT LIKE 'beseda/%')
    OR EXISTS (SELECT 1 FROM groups g WHERE g.host_name IS NOT NULL)
