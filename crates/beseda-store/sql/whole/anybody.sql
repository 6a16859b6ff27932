-- Whether anybody is kept, a room, or a key: what has none of them holds nothing.
SELECT EXISTS (SELECT 1 FROM people) OR EXISTS (SELECT 1 FROM rooms) OR EXISTS (SELECT 1 FROM api_keys)
