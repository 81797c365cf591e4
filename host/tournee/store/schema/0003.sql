-- The opposition list: increments received and what became of them, requests sent.

CREATE TABLE opposition_increment (
    id INTEGER PRIMARY KEY,
    received INTEGER NOT NULL REFERENCES received (id), -- the return whose content holds it
    rank INTEGER NOT NULL, -- its place there, from 0
    before INTEGER NOT NULL,
    after INTEGER NOT NULL,
    date TEXT NOT NULL,
    additions INTEGER NOT NULL,
    removals INTEGER NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL,
    UNIQUE (received, rank)
) STRICT;
CREATE INDEX opposition_increment_state ON opposition_increment (state);

CREATE TABLE opposition_request (
    file INTEGER PRIMARY KEY REFERENCES file (id), -- the file that carries it
    number INTEGER NOT NULL, -- of the list in force when it was made
    latest INTEGER NOT NULL -- the highest list number heard of by then
) STRICT;
