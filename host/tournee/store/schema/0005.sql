-- A lot refused whose sheets went on into others keeps what it held: from there to the lots made of it, and back.

CREATE TABLE former_lot (
    lot INTEGER NOT NULL REFERENCES lot (id),
    sheet INTEGER NOT NULL REFERENCES sheet (id),
    lot_rank INTEGER NOT NULL,
    PRIMARY KEY (lot, sheet)
) STRICT;
CREATE INDEX former_lot_sheet ON former_lot (sheet);
