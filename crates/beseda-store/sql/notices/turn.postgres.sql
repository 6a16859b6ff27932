-- Waits for others who note something, until the end of the transaction: numbers of notices rise in the order in which
-- they can be read.
SELECT pg_advisory_xact_lock(hashtext('beseda-notices' || current_schema()))
