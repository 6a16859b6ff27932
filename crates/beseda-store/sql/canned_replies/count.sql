-- How many canned replies there are: few.
SELECT count(*) FROM canned_replies
