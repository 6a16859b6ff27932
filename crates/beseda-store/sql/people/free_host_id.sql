-- What the host application called somebody can be another's from now on.
UPDATE people SET host_name = NULL WHERE id = $1
