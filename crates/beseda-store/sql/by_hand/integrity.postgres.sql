-- How many damaged pages the server has met in this database since it began to count.
SELECT coalesce(sum(d.checksum_failures), 0) FROM pg_stat_database d WHERE d.datname = current_database()
