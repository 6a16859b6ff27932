-- Which PostgreSQL this is, and whether it proves its pages.
SELECT format('PostgreSQL %s, data_checksums %s', current_setting('server_version'), current_setting('data_checksums'))
