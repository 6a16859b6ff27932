-- What a client's cursor needs: at which head somebody came or went, in which order receipts moved, and which life of
-- the database this is.
ALTER TABLE members ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN receipt INTEGER NOT NULL DEFAULT 0;
-- No index on either count: a receipt touches the room and the member, and no page that those of other rooms share.
ALTER TABLE rooms ADD COLUMN receipts INTEGER NOT NULL DEFAULT 0;
UPDATE members SET
    changed = (SELECT r.changed FROM rooms r WHERE r.id = members.room_id),
    receipt = 1;
UPDATE rooms SET receipts = 1;
CREATE INDEX members_changed ON members (room_id, changed);

CREATE TABLE departures (
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    person_id INTEGER NOT NULL REFERENCES people (id),
    changed INTEGER NOT NULL,
    PRIMARY KEY (room_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX departures_changed ON departures (room_id, changed);

CREATE TABLE epochs (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch INTEGER NOT NULL
) STRICT;
