-- What the host application calls a person, where that is no number: one space of names, as it has one of numbers. And who
-- is forgotten is told by a flag; it was a time of signing out 2^62 microseconds too late.
ALTER TABLE people ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;
UPDATE people SET forgotten = 1, signed_out_at = signed_out_at - 4611686018427387904
WHERE signed_out_at >= 4611686018427387904;

ALTER TABLE people ADD COLUMN host_name TEXT;
-- A name that two issuers gave to two people is neither's: with its issuer before it, it lets nobody into another's account.
UPDATE people SET host_name = (
    SELECT CASE
        WHEN EXISTS (SELECT 1 FROM subjects other WHERE other.name = s.name AND other.person_id <> s.person_id)
            THEN s.issuer || '/' || s.name
        ELSE s.name
    END
    FROM subjects s
    WHERE s.person_id = people.id
    ORDER BY s.issuer, s.name
    LIMIT 1
);
CREATE UNIQUE INDEX people_host_name ON people (host_name) WHERE host_name IS NOT NULL;
DROP TABLE subjects;
