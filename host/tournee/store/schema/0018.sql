-- What services around the invoice were asked (store/services/requests.py): one table for all of them.

CREATE TABLE service_request (
    id INTEGER PRIMARY KEY,
    service TEXT NOT NULL, -- droits, amc, apcv, ordonnance, maj
    subject BLOB NOT NULL, -- keyed hash of the person, or of what else it is about
    ps TEXT NOT NULL, -- billing number of who asked, '' when it is nobody's
    visit INTEGER REFERENCES visit, -- the one that it was asked for
    state TEXT NOT NULL,
    asked TEXT NOT NULL, -- local time, ISO 8601
    answered TEXT NOT NULL, -- the same, '' before
    origin TEXT NOT NULL, -- who said it: ADRi, ApCV …
    choice TEXT NOT NULL, -- a word of the service's own: what the carer decided with the answer
    request_sealed BLOB,
    answer_sealed BLOB,
    reason_sealed BLOB -- why it waits, failed or was refused
) STRICT;

CREATE INDEX service_request_subject ON service_request (service, subject);
CREATE INDEX service_request_state ON service_request (state) WHERE state = 'waiting';
