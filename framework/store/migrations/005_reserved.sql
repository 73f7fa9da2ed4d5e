-- Number 005 belongs to another change, which replaces this file.
SELECT 1;
