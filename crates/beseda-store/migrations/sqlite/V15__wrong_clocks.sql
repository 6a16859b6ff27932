-- Rooms are listed by what happened in them last, counted and not timed: a clock that was wrong for a while leaves no room on
-- top. `active` is the number of the newest of all messages then; `moved` counts what happened to rooms themselves since that
-- message, and is 0 where it is the room's own.
ALTER TABLE rooms ADD COLUMN active INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;
UPDATE rooms SET moved = listed.place
FROM (SELECT r.id, row_number() OVER (ORDER BY r.updated_at, r.id) AS place FROM rooms r) listed
WHERE listed.id = rooms.id;
CREATE INDEX rooms_moved ON rooms (moved) WHERE moved > 0;
DROP INDEX rooms_support;
CREATE INDEX rooms_support ON rooms (kind, active, moved, id) WHERE kind = 'support' AND removed_at IS NULL;
-- From when on messages of a room have moments already, given by a clock that was ahead.
ALTER TABLE rooms ADD COLUMN ahead INTEGER;
-- How often it was tried whether anything can be kept.
ALTER TABLE epochs ADD COLUMN proven INTEGER NOT NULL DEFAULT 0;
