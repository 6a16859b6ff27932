-- Goes on after the highest number that a table ever gave. Where `id` is no number that is given here, there is no sequence,
-- and nothing is set.
SELECT setval(own.sequence, greatest(1, own.given), own.given > 0)
FROM (
    SELECT
        pg_get_serial_sequence(format('%I.%I', current_schema(), '{table}'), 'id') AS sequence,
        greatest({given}, (SELECT coalesce(max(t.id), 0) FROM "{table}" t)) AS given
) own
WHERE own.sequence IS NOT NULL
