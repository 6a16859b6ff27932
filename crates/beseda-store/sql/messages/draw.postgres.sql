-- Numbers for as many new messages, in rising order.
SELECT nextval('message_ids') FROM generate_series(1, CAST($1 AS bigint))
