-- Transactions are counted anew: none of those that showed somebody out is behind any token.
UPDATE departures SET tick = 0 WHERE tick <> 0
