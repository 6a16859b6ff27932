-- Waits for others who note something: here only one writes at a time.
SELECT 0
