-- Codes by which an administrator makes their own account. None is ever forgotten: that one was made tells that this is
-- no first start.
CREATE TABLE setup_codes (
    hash BLOB NOT NULL PRIMARY KEY,
    email TEXT NOT NULL, -- empty where nobody was named
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;
