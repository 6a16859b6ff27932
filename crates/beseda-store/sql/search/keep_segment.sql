-- Keeps a segment: its first message, its last, how many they are, and the shelf of its pages.
INSERT INTO search_segments (first, last, messages, shelf) VALUES ($1, $2, $3, $4)
