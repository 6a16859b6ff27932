-- What the desk knows of rooms: of visitors' as before, and of any other kind that has a desk.
ALTER TABLE cases RENAME COLUMN status TO state;
ALTER TABLE cases ALTER COLUMN visitor_id DROP NOT NULL;
ALTER TABLE cases ADD COLUMN owes TEXT COLLATE "C"; -- us, them; of nobody where nothing is said
ALTER TABLE cases ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN snoozed_until BIGINT;
ALTER TABLE cases ADD COLUMN tags TEXT COLLATE "C" NOT NULL DEFAULT '[]'; -- a list, as JSON
ALTER TABLE cases ADD COLUMN page TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN referrer TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN locale TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN agent TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN custom TEXT COLLATE "C";

UPDATE cases SET state = 'resolved' WHERE state = 'closed';
-- Whose turn it is follows from the newest message that stands; since when, is told from it alone.
UPDATE cases c SET
    owes = CASE WHEN p.role IN ('admin', 'operator', 'mom') THEN 'them' WHEN p.id IS NOT NULL THEN 'us' END,
    since = coalesce(x.created_at, r.created_at)
FROM rooms r
LEFT JOIN messages x ON x.room_id = r.id AND x.seq = r.shown
LEFT JOIN people p ON p.id = x.sender_id
WHERE r.id = c.room_id;
ALTER TABLE cases ALTER COLUMN since DROP DEFAULT;
CREATE INDEX cases_state ON cases (state, since, room_id);

-- 128: the desk has a case of it.
UPDATE rooms SET extra = extra | 128 WHERE id IN (SELECT c.room_id FROM cases c);

-- Who works at the desk of which kinds of rooms, as settings had it at the last start.
CREATE TABLE desk_kinds (
    kind TEXT COLLATE "C" PRIMARY KEY,
    roles TEXT COLLATE "C" NOT NULL -- a list, as JSON
);
