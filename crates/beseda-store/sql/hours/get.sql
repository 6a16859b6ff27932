-- When somebody is at the desk.
SELECT h.zone, h.week, h.words, h.updated_at FROM hours h WHERE h.id = 1
