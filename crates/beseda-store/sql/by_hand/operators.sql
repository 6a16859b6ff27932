-- How many people who are let in answer for orders.
SELECT count(*) AS operators FROM users u WHERE u.role = 'OPERATOR' AND u.is_active = 1
