-- What is damaged, one thing a row; else the one word that nothing is.
PRAGMA integrity_check(10)
