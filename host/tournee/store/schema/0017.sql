-- The start of each row's tag (integrity/row_tags.py): names the rows that another program changed. Definitions of tables,
-- indices and triggers count among what is guarded from here on.

CREATE TABLE row_tag (
    of INTEGER NOT NULL, -- CRC-32 of a table's name
    row ANY NOT NULL, -- a row's id, or its key's columns in one text
    tag BLOB NOT NULL,
    PRIMARY KEY (of, row)
) STRICT, WITHOUT ROWID;
