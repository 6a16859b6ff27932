-- Keeps a segment: its first message, its last, and how many they are.
INSERT INTO search_segments (first, last, messages) VALUES ($1, $2, $3)
