-- Whether there ever was a setup code.
SELECT EXISTS (SELECT 1 FROM setup_codes)
