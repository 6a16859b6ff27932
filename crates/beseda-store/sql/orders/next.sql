-- The next number of ours for an order: they begin at $1.
SELECT coalesce(max(o.id) + 1, $1) FROM orders o WHERE o.id >= $1
