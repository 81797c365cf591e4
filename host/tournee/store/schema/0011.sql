-- The practice's file: patients, prescriptions, plans, rounds, prescribers. Each is a dossier, its content sealed,
-- with all its revisions: two devices that change the same one make two heads, and nothing is lost.

CREATE TABLE name_page (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    entries INTEGER NOT NULL,
    names_sealed BLOB NOT NULL -- JSON: by dossier, the words that it is found by
) STRICT;
CREATE INDEX name_page_kind ON name_page (kind);

CREATE TABLE dossier (
    id INTEGER PRIMARY KEY,
    uid BLOB NOT NULL UNIQUE, -- 16 random bytes, the same on every device of a practice
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    patient INTEGER REFERENCES dossier (id), -- whom it is about
    ps TEXT NOT NULL, -- billing number of the carer whose it is, '' of the whole practice
    name BLOB, -- keyed hash of what tells it from all others of its kind
    first_day TEXT NOT NULL, -- AAAAMMJJ, '' without
    last_day TEXT NOT NULL,
    page INTEGER REFERENCES name_page (id),
    became INTEGER REFERENCES dossier (id) -- the one that it was merged into
) STRICT;
CREATE INDEX dossier_kind ON dossier (kind, state, first_day, last_day);
CREATE INDEX dossier_patient ON dossier (patient) WHERE patient IS NOT NULL;
CREATE INDEX dossier_name ON dossier (kind, name) WHERE name IS NOT NULL;

CREATE TABLE revision (
    id INTEGER PRIMARY KEY,
    uid BLOB NOT NULL UNIQUE,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    parents BLOB NOT NULL, -- uids of those that it was made from, end to end
    at TEXT NOT NULL,
    head INTEGER NOT NULL CHECK (head IN (0, 1)), -- nothing was made of it yet
    content_sealed BLOB -- NULL once it is erased
) STRICT;
CREATE INDEX revision_head ON revision (dossier) WHERE head = 1;
CREATE INDEX revision_dossier ON revision (dossier);
