-- What somebody settled another one did.
UPDATE reports SET settled_by = $1 WHERE settled_by = $2
