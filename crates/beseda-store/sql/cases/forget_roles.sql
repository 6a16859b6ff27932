-- Forgets the desks of kinds that are not among these: words between blanks.
DELETE FROM desk_kinds WHERE $1 = replace($1, ' ' || kind || ' ', '')
