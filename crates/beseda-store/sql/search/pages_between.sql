-- The pages of the segments from one to another, in their order.
SELECT p.segment, p.bytes FROM search_pages p WHERE p.segment >= $1 AND p.segment <= $2 ORDER BY p.segment, p.at
