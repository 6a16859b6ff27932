-- Keeps what a message has now. Its lexemes are a list, as JSON.
INSERT INTO search_changed (lexeme, id) SELECT e.value, $1 FROM json_each($2) e
