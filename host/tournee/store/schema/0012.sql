-- Who cared in the place of the PS who bills (record 2R): her RPPS number, empty when nobody did.
ALTER TABLE invoice ADD COLUMN substitute TEXT NOT NULL DEFAULT '';

-- Cards as they were last read: a PS's, who then need not be there when a Vitale seals (mode 04), and a
-- patient's, who can then be billed without it (mode 01).
CREATE TABLE card_read (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL, -- 'ps' or 'vitale'
    holder BLOB NOT NULL, -- keyed hash of the RPPS number, or of the insured person's NIR
    day TEXT NOT NULL, -- AAAAMMJJ
    zone_sealed BLOB NOT NULL,
    UNIQUE (kind, holder)
) STRICT;
