-- Whether no server serves this database: here a file is locked for that.
SELECT 1
