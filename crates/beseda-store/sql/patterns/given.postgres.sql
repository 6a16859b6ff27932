-- The highest number that a sequence ever gave.
SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}
