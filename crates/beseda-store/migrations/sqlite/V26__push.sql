-- Browsers in which people are told of messages. None is given twice, whoever gives it.
CREATE TABLE push_subscriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    person_id INTEGER NOT NULL REFERENCES people (id),
    proven_at INTEGER NOT NULL, -- what let them in who gave it
    key_hash BLOB, -- of the API key that acted as them
    endpoint TEXT NOT NULL UNIQUE,
    p256dh BLOB NOT NULL,
    auth BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX push_subscriptions_person ON push_subscriptions (person_id, proven_at);

-- How people want to be told, of those who have said.
CREATE TABLE push_settings (
    person_id INTEGER PRIMARY KEY REFERENCES people (id),
    is_on INTEGER NOT NULL,
    preview INTEGER NOT NULL,
    quiet_zone TEXT, -- no zone, no quiet hours
    quiet_from INTEGER NOT NULL, -- minutes of the day
    quiet_to INTEGER NOT NULL
) STRICT;
