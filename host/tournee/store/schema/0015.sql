-- The numbers that this journal may give (numbering/numbers.py). A number is given once in the world: what other
-- hosts may give is none of ours.

CREATE TABLE number_range (
    id INTEGER PRIMARY KEY,
    holder TEXT NOT NULL, -- random, anew with each taking; '' for numbers that others gave
    kind TEXT NOT NULL, -- invoice, file
    station INTEGER NOT NULL CHECK (station BETWEEN 0 AND 99),
    asked INTEGER, -- the station that the configuration gave then
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    taken TEXT NOT NULL,
    reason TEXT NOT NULL,
    CHECK (first BETWEEN 1 AND last)
) STRICT;
