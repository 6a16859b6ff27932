-- Makes a person or changes the one with this number; a password that is not given stays.
INSERT INTO people (
    id, username, email, phone, first_name, last_name, role, active, signed_out_at, forgotten, host_name, put_at,
    search, password_hash, avatar_url, custom, locale
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (id) DO UPDATE SET
    username = excluded.username,
    email = excluded.email,
    phone = excluded.phone,
    first_name = excluded.first_name,
    last_name = excluded.last_name,
    role = excluded.role,
    active = excluded.active,
    signed_out_at = excluded.signed_out_at,
    forgotten = excluded.forgotten,
    host_name = excluded.host_name,
    put_at = excluded.put_at,
    search = excluded.search,
    avatar_url = excluded.avatar_url,
    custom = excluded.custom,
    locale = excluded.locale,
    password_hash = coalesce(excluded.password_hash, people.password_hash)
