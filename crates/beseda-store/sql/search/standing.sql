-- How many of some segments still are what they were. First and last message and how many they are, are lists in a list, as JSON.
SELECT count(*)
FROM json_each($1) e
CROSS JOIN search_segments s
WHERE s.first = json_extract(e.value, '$[0]') AND s.last = json_extract(e.value, '$[1]')
  AND s.messages = json_extract(e.value, '$[2]')
