CREATE TABLE device (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    key_digest TEXT NOT NULL,
    enrolled TEXT NOT NULL,
    seen TEXT NOT NULL DEFAULT '',
    revoked TEXT NOT NULL DEFAULT '',
    superseded TEXT NOT NULL DEFAULT '',
    replaces TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE code (
    digest TEXT PRIMARY KEY,
    ends TEXT NOT NULL,
    replaces TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0,
    used TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    message_id TEXT NOT NULL UNIQUE,
    compostage TEXT NOT NULL,
    exercice TEXT NOT NULL,
    device TEXT NOT NULL REFERENCES device (id),
    journal TEXT NOT NULL,
    route TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    size INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('kept', 'leaving', 'sent', 'refused', 'uncertain')),
    answer TEXT NOT NULL DEFAULT '',
    awaited INTEGER NOT NULL DEFAULT 1,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try TEXT NOT NULL,
    kept TEXT NOT NULL,
    ended TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE letter (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    source TEXT NOT NULL,
    taken TEXT NOT NULL
) STRICT;

CREATE TABLE addressee (
    letter INTEGER NOT NULL REFERENCES letter (id),
    device TEXT NOT NULL REFERENCES device (id),
    acknowledged TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (letter, device)
) STRICT;

CREATE TABLE journal (
    id TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL,
    device TEXT NOT NULL REFERENCES device (id)
) STRICT;

CREATE TABLE part (
    journal TEXT NOT NULL REFERENCES journal (id),
    epoch INTEGER NOT NULL,
    chain INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    step INTEGER NOT NULL,
    whole INTEGER NOT NULL,
    size INTEGER NOT NULL,
    digest TEXT NOT NULL,
    after TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (journal, epoch, chain, rank)
) STRICT;

CREATE TABLE box (
    id INTEGER PRIMARY KEY,
    journal TEXT NOT NULL REFERENCES journal (id),
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE TABLE number_range (
    kind TEXT NOT NULL CHECK (kind IN ('station', 'invoice', 'file', 'lot')),
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    station INTEGER NOT NULL,
    device TEXT NOT NULL REFERENCES device (id),
    given TEXT NOT NULL,
    PRIMARY KEY (kind, first)
) STRICT;

CREATE INDEX message_by_state ON message (state, next_try);
CREATE INDEX message_by_compostage ON message (compostage);
CREATE INDEX message_by_exercice ON message (exercice, device);
CREATE INDEX addressee_by_device ON addressee (device, acknowledged);
CREATE INDEX number_range_by_device ON number_range (device);
PRAGMA user_version = 1;
