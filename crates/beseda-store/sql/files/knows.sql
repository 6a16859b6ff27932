-- Whether a file has a name, also one that is being forgotten.
SELECT EXISTS (SELECT 1 FROM files f WHERE f.name = $1)
