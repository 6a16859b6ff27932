-- Changes something that means nothing. (What is written as it is already, SQLite does not write.)
UPDATE epochs SET proven = proven + 1 WHERE id = 1
