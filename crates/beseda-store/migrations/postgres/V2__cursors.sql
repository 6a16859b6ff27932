-- What a client's cursor needs: at which head somebody came or went, in which order receipts moved, and which life of
-- the database this is.
ALTER TABLE members ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN receipt BIGINT NOT NULL DEFAULT 0;
-- No index on either count: a receipt touches the room and the member, and no page that those of other rooms share.
ALTER TABLE rooms ADD COLUMN receipts BIGINT NOT NULL DEFAULT 0;
UPDATE members SET
    changed = (SELECT r.changed FROM rooms r WHERE r.id = members.room_id),
    receipt = 1;
UPDATE rooms SET receipts = 1;
CREATE INDEX members_changed ON members (room_id, changed);

CREATE TABLE departures (
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    person_id BIGINT NOT NULL REFERENCES people (id),
    changed BIGINT NOT NULL,
    PRIMARY KEY (room_id, person_id)
);
CREATE INDEX departures_changed ON departures (room_id, changed);

CREATE TABLE epochs (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    epoch BIGINT NOT NULL
);
