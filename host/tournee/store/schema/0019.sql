-- Pieces that prove invoices (SCOR). A piece is a dossier of kind `scan`; it proves visits, whatever invoices these
-- have in turn; what went of it, in which file, for which invoice of which lot, and what was answered, is a proof.

CREATE TABLE piece_tie (
    id INTEGER PRIMARY KEY,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    visit INTEGER NOT NULL REFERENCES visit (id),
    nature TEXT NOT NULL, -- O prescription, F care sheet, D prior agreement
    UNIQUE (visit, dossier)
) STRICT;
CREATE INDEX piece_tie_dossier ON piece_tie (dossier);

CREATE TABLE proof (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL REFERENCES file (id),
    rank INTEGER NOT NULL, -- of its record P in the file, from 1
    lot INTEGER NOT NULL REFERENCES lot (id),
    invoice INTEGER NOT NULL REFERENCES invoice (id),
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    nature TEXT NOT NULL,
    state TEXT NOT NULL,
    code TEXT NOT NULL DEFAULT '', -- why it was refused
    before_sealed BLOB, -- what stands before its bytes in the file; NULL: the file refers to it alone
    reason_sealed BLOB,
    UNIQUE (file, rank)
) STRICT;
CREATE INDEX proof_invoice ON proof (invoice);
CREATE INDEX proof_dossier ON proof (dossier);
CREATE INDEX proof_state ON proof (state);

-- Whether every piece of a lot is known to have left.
ALTER TABLE lot ADD COLUMN proved INTEGER NOT NULL DEFAULT 0 CHECK (proved IN (0, 1));
