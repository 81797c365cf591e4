-- How far the journal has come, and what its rows add up to under its key (integrity/row_sums.py).

CREATE TABLE last_step (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    kept_sealed BLOB NOT NULL -- JSON: the number of the last step, the sum of each table
) STRICT;
