-- What is longer than one piece: the pieces after the first, which stands in its row's own column (content.py).

CREATE TABLE piece (
    place TEXT NOT NULL, -- "table.column"
    row INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (place, row, rank)
) STRICT;
