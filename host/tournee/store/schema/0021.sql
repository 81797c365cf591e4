-- What a program that asks over HTTP was answered, so that asking again by the same key does nothing twice. These rows
-- name nobody and nothing refers to them: they go after some days.

CREATE TABLE reply (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE, -- keyed hash of who asked and the key given
    asked BLOB NOT NULL, -- keyed hash of what was asked
    at TEXT NOT NULL,
    status INTEGER, -- of the answer, NULL while there is none
    body_sealed BLOB
) STRICT;
CREATE INDEX reply_at ON reply (at);
