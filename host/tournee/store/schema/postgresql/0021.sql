-- Journals of many practices in one PostgreSQL database, as of version 21 of SQLite's tables, which tell what each
-- column means: same names, same values, ids given within a practice. A sealed value is the same bytes in both.
-- Row-level security is put on each table after the last migration (engines/postgresql_schema.py): a table without a
-- practice column is refused.

-- Writers of a practice take turns by its row; `step` counts what they wrote, `moved` says when its journal left.
CREATE TABLE practice (
    practice bigint PRIMARY KEY CHECK (practice > 0),
    step bigint NOT NULL DEFAULT 0,
    moved text COLLATE "C" NOT NULL DEFAULT ''
);

CREATE TABLE journal (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    created text COLLATE "C" NOT NULL,
    key_sealed bytea NOT NULL,
    checked text COLLATE "C" NOT NULL DEFAULT '',
    identity text COLLATE "C" NOT NULL DEFAULT '',
    backed_up text COLLATE "C",
    backed_up_step bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (practice, id),
    CHECK (id = 1)
);

CREATE TABLE counter (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    owner text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    value bigint NOT NULL,
    PRIMARY KEY (practice, owner, kind)
);

CREATE TABLE day (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    digest text COLLATE "C" NOT NULL,
    ps text COLLATE "C" NOT NULL,
    date text COLLATE "C" NOT NULL,
    file bytea,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, digest)
);
CREATE INDEX day_date ON day (practice, date);
CREATE INDEX day_ps ON day (practice, ps);

CREATE TABLE person_month (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    person bytea NOT NULL,
    month text COLLATE "C" NOT NULL,
    last_day text COLLATE "C" NOT NULL,
    facts_sealed bytea NOT NULL,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, person, month)
);

CREATE TABLE visit (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    day bigint NOT NULL,
    rank bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    payload_sealed bytea NOT NULL,
    ps text COLLATE "C" NOT NULL DEFAULT '',
    first_day text COLLATE "C" NOT NULL DEFAULT '',
    last_day text COLLATE "C" NOT NULL DEFAULT '',
    person_month bigint,
    reference bytea,
    content bytea,
    invoice bigint,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, day, rank),
    FOREIGN KEY (practice, day) REFERENCES day (practice, id),
    FOREIGN KEY (practice, person_month) REFERENCES person_month (practice, id)
);
CREATE INDEX visit_state ON visit (practice, state);
CREATE INDEX visit_person ON visit (practice, person_month, first_day, last_day, state, invoice);
CREATE INDEX visit_carer ON visit (practice, ps, first_day);
CREATE INDEX visit_carer_long ON visit (practice, ps, last_day) WHERE last_day > first_day;
CREATE UNIQUE INDEX visit_reference ON visit (practice, ps, reference) WHERE reference IS NOT NULL;
CREATE INDEX visit_content ON visit (practice, ps, content) WHERE content IS NOT NULL;

CREATE TABLE invoice (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    visit bigint NOT NULL,
    ps text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    made text COLLATE "C" NOT NULL,
    former bigint,
    substitute text COLLATE "C" NOT NULL DEFAULT '',
    by_amo bigint NOT NULL DEFAULT 0,
    by_amc bigint NOT NULL DEFAULT 0,
    by_patient bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, ps, number),
    FOREIGN KEY (practice, visit) REFERENCES visit (practice, id),
    FOREIGN KEY (practice, former) REFERENCES invoice (practice, id),
    CHECK (number BETWEEN 1 AND 999999999)
);
CREATE INDEX invoice_number ON invoice (practice, number);
CREATE INDEX invoice_visit ON invoice (practice, visit);
CREATE INDEX invoice_former ON invoice (practice, visit) WHERE former IS NOT NULL;

CREATE TABLE file (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    ps text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    route text COLLATE "C" NOT NULL,
    invoices bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    reason_sealed bytea,
    party text COLLATE "C" NOT NULL DEFAULT '',
    digest bytea,
    size bigint NOT NULL DEFAULT 0,
    head_sealed bytea,
    tail_sealed bytea,
    PRIMARY KEY (practice, id),
    CHECK (number BETWEEN 1 AND 999999)
);
CREATE INDEX file_number ON file (practice, number);
CREATE INDEX file_state ON file (practice, state);

CREATE TABLE lot (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    ps text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    crf text COLLATE "C" NOT NULL,
    mode text COLLATE "C" NOT NULL,
    date text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    file bigint,
    file_rank bigint,
    sevens_sealed bytea,
    reason_sealed bytea,
    digest bytea,
    head_sealed bytea,
    tail_sealed bytea,
    proved bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (practice, id),
    FOREIGN KEY (practice, file) REFERENCES file (practice, id),
    CHECK (number BETWEEN 1 AND 999),
    CHECK (proved IN (0, 1))
);
CREATE INDEX lot_number ON lot (practice, number);
CREATE INDEX lot_file ON lot (practice, file);
CREATE INDEX lot_state ON lot (practice, state);

CREATE TABLE sheet (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    invoice bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    crf text COLLATE "C" NOT NULL,
    mode text COLLATE "C" NOT NULL,
    organisme text COLLATE "C" NOT NULL,
    acts bigint NOT NULL,
    fee bigint NOT NULL,
    amo bigint NOT NULL,
    amc bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    lot bigint,
    lot_rank bigint,
    patient_sealed bytea NOT NULL,
    nir_sealed bytea NOT NULL,
    reason_sealed bytea,
    lot_before bigint,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, invoice, kind),
    FOREIGN KEY (practice, invoice) REFERENCES invoice (practice, id),
    FOREIGN KEY (practice, lot) REFERENCES lot (practice, id),
    FOREIGN KEY (practice, lot_before) REFERENCES lot (practice, id)
);
CREATE INDEX sheet_lot ON sheet (practice, lot);
CREATE INDEX sheet_state ON sheet (practice, state, kind, fee);

CREATE TABLE message (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    file bigint NOT NULL,
    route text COLLATE "C" NOT NULL,
    counter bigint NOT NULL,
    compostage text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    made text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    reason_sealed bytea,
    leased_by text COLLATE "C" NOT NULL DEFAULT '',
    leased_until text COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (practice, id),
    UNIQUE (practice, subject),
    UNIQUE (practice, compostage),
    FOREIGN KEY (practice, file) REFERENCES file (practice, id)
);
CREATE INDEX message_file ON message (practice, file);
CREATE INDEX message_state ON message (practice, state);

CREATE TABLE received (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    digest text COLLATE "C" NOT NULL,
    content_digest text COLLATE "C",
    source text COLLATE "C" NOT NULL,
    taken text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    summary_sealed bytea,
    reason_sealed bytea,
    notes_sealed bytea,
    body_digest text COLLATE "C",
    PRIMARY KEY (practice, id),
    UNIQUE (practice, digest)
);
CREATE INDEX received_content ON received (practice, content_digest);
CREATE INDEX received_state ON received (practice, state);
CREATE INDEX received_body ON received (practice, body_digest);
CREATE INDEX received_taken ON received (practice, taken);
CREATE INDEX received_noted ON received (practice, id) WHERE notes_sealed IS NOT NULL;

CREATE TABLE effect (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    received bigint NOT NULL,
    applied bigint NOT NULL,
    invoice bigint,
    lot bigint,
    file bigint,
    told_sealed bytea NOT NULL,
    note_sealed bytea NOT NULL,
    outcome text COLLATE "C" NOT NULL DEFAULT '',
    code text COLLATE "C" NOT NULL DEFAULT '',
    share text COLLATE "C" NOT NULL DEFAULT '',
    level text COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (practice, id),
    FOREIGN KEY (practice, received) REFERENCES received (practice, id),
    FOREIGN KEY (practice, invoice) REFERENCES invoice (practice, id),
    FOREIGN KEY (practice, lot) REFERENCES lot (practice, id),
    FOREIGN KEY (practice, file) REFERENCES file (practice, id),
    CHECK (applied IN (0, 1))
);
CREATE INDEX effect_received ON effect (practice, received);
CREATE INDEX effect_invoice ON effect (practice, invoice);
CREATE INDEX effect_lot ON effect (practice, lot);
CREATE INDEX effect_file ON effect (practice, file);
CREATE INDEX effect_unmatched ON effect (practice, id) WHERE applied = 0;
CREATE INDEX effect_outside ON effect (practice, id) WHERE invoice IS NULL AND lot IS NULL AND file IS NULL;

CREATE TABLE payment (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    sheet bigint NOT NULL,
    received bigint NOT NULL,
    share text COLLATE "C" NOT NULL,
    outcome text COLLATE "C" NOT NULL,
    asked bigint NOT NULL,
    paid bigint NOT NULL,
    past bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (practice, id),
    FOREIGN KEY (practice, sheet) REFERENCES sheet (practice, id),
    FOREIGN KEY (practice, received) REFERENCES received (practice, id),
    CHECK (past IN (0, 1))
);
CREATE INDEX payment_sheet ON payment (practice, sheet);
CREATE INDEX payment_deferred ON payment (practice, sheet) WHERE outcome = 'deferred';

CREATE TABLE history (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    at text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    subject_id bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    detail_sealed bytea NOT NULL,
    PRIMARY KEY (practice, id)
);
CREATE INDEX history_subject ON history (practice, subject, subject_id);

CREATE TABLE opposition_increment (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    received bigint NOT NULL,
    rank bigint NOT NULL,
    before bigint NOT NULL,
    after bigint NOT NULL,
    date text COLLATE "C" NOT NULL,
    additions bigint NOT NULL,
    removals bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    note text COLLATE "C" NOT NULL,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, received, rank),
    FOREIGN KEY (practice, received) REFERENCES received (practice, id)
);
CREATE INDEX opposition_increment_state ON opposition_increment (practice, state);

CREATE TABLE opposition_request (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    file bigint NOT NULL,
    number bigint NOT NULL,
    latest bigint NOT NULL,
    PRIMARY KEY (practice, file),
    FOREIGN KEY (practice, file) REFERENCES file (practice, id)
);

CREATE TABLE former_lot (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    lot bigint NOT NULL,
    sheet bigint NOT NULL,
    lot_rank bigint NOT NULL,
    PRIMARY KEY (practice, lot, sheet),
    FOREIGN KEY (practice, lot) REFERENCES lot (practice, id),
    FOREIGN KEY (practice, sheet) REFERENCES sheet (practice, id)
);
CREATE INDEX former_lot_sheet ON former_lot (practice, sheet);

CREATE TABLE sheet_bytes (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    sheet bigint NOT NULL,
    records_sealed bytea NOT NULL,
    sevens_sealed bytea,
    PRIMARY KEY (practice, sheet),
    FOREIGN KEY (practice, sheet) REFERENCES sheet (practice, id)
);

CREATE FUNCTION next_chunk() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT coalesce(max(id), 0) + 1 FROM sealed_chunk);
END $$;
CREATE TABLE sealed_chunk (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL DEFAULT next_chunk(), -- chunks are written one by one
    place text COLLATE "C" NOT NULL,
    row bigint NOT NULL,
    rank bigint NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, place, row, rank)
);

CREATE TABLE name_page (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    entries bigint NOT NULL,
    names_sealed bytea NOT NULL,
    PRIMARY KEY (practice, id)
);
CREATE INDEX name_page_kind ON name_page (practice, kind);

CREATE TABLE dossier (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    uid bytea NOT NULL,
    kind text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    patient bigint,
    ps text COLLATE "C" NOT NULL,
    name bytea,
    first_day text COLLATE "C" NOT NULL,
    last_day text COLLATE "C" NOT NULL,
    page bigint,
    became bigint,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, uid),
    FOREIGN KEY (practice, patient) REFERENCES dossier (practice, id) DEFERRABLE,
    FOREIGN KEY (practice, page) REFERENCES name_page (practice, id),
    FOREIGN KEY (practice, became) REFERENCES dossier (practice, id) DEFERRABLE
);
CREATE INDEX dossier_kind ON dossier (practice, kind, state, first_day, last_day);
CREATE INDEX dossier_patient ON dossier (practice, patient) WHERE patient IS NOT NULL;
CREATE INDEX dossier_name ON dossier (practice, kind, name) WHERE name IS NOT NULL;

CREATE TABLE revision (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    uid bytea NOT NULL,
    dossier bigint NOT NULL,
    parents bytea NOT NULL,
    at text COLLATE "C" NOT NULL,
    head bigint NOT NULL,
    content_sealed bytea,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, uid),
    FOREIGN KEY (practice, dossier) REFERENCES dossier (practice, id),
    CHECK (head IN (0, 1))
);
CREATE INDEX revision_head ON revision (practice, dossier) WHERE head = 1;
CREATE INDEX revision_dossier ON revision (practice, dossier);

CREATE TABLE card_read (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    holder bytea NOT NULL,
    day text COLLATE "C" NOT NULL,
    zone_sealed bytea NOT NULL,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, kind, holder)
);

CREATE TABLE patient_payment (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    visit bigint NOT NULL,
    invoice bigint,
    rank bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    means text COLLATE "C" NOT NULL,
    cents bigint NOT NULL,
    day text COLLATE "C" NOT NULL,
    at text COLLATE "C" NOT NULL,
    reverses bigint,
    printed text COLLATE "C" NOT NULL DEFAULT '',
    word_sealed bytea,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, reverses),
    FOREIGN KEY (practice, visit) REFERENCES visit (practice, id),
    FOREIGN KEY (practice, invoice) REFERENCES invoice (practice, id),
    FOREIGN KEY (practice, reverses) REFERENCES patient_payment (practice, id),
    CHECK (cents <> 0)
);
CREATE INDEX patient_payment_visit ON patient_payment (practice, visit);
CREATE INDEX patient_payment_day ON patient_payment (practice, day);

CREATE TABLE bank_line (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    name bytea NOT NULL,
    day text COLLATE "C" NOT NULL,
    cents bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    taken text COLLATE "C" NOT NULL,
    words_sealed bytea NOT NULL,
    reason_sealed bytea,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, name)
);
CREATE INDEX bank_line_state ON bank_line (practice, state);

CREATE TABLE bank_match (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    line bigint NOT NULL,
    received bigint NOT NULL,
    transfer bytea NOT NULL,
    cents bigint NOT NULL,
    at text COLLATE "C" NOT NULL,
    undone text COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (practice, id),
    FOREIGN KEY (practice, line) REFERENCES bank_line (practice, id),
    FOREIGN KEY (practice, received) REFERENCES received (practice, id)
);
CREATE UNIQUE INDEX bank_match_transfer ON bank_match (practice, received, transfer) WHERE undone = '';
CREATE INDEX bank_match_line ON bank_match (practice, line);

CREATE TABLE former_content (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    visit bigint NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (practice, visit, content),
    FOREIGN KEY (practice, visit) REFERENCES visit (practice, id)
);
CREATE INDEX former_content_found ON former_content (practice, content);

CREATE TABLE correction (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    visit bigint NOT NULL,
    invoice bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    since text COLLATE "C" NOT NULL,
    before_sealed bytea NOT NULL,
    after_sealed bytea NOT NULL,
    reason_sealed bytea NOT NULL,
    PRIMARY KEY (practice, id),
    FOREIGN KEY (practice, visit) REFERENCES visit (practice, id),
    FOREIGN KEY (practice, invoice) REFERENCES invoice (practice, id)
);
CREATE INDEX correction_state ON correction (practice, state);
CREATE INDEX correction_visit ON correction (practice, visit);

CREATE TABLE cancelled_invoice (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    invoice bigint NOT NULL,
    since text COLLATE "C" NOT NULL,
    given_back bigint NOT NULL,
    reason_sealed bytea NOT NULL,
    PRIMARY KEY (practice, id),
    FOREIGN KEY (practice, invoice) REFERENCES invoice (practice, id),
    CHECK (given_back >= 0)
);
CREATE INDEX cancelled_invoice_of ON cancelled_invoice (practice, invoice);

CREATE TABLE number_range (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    holder text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    station bigint NOT NULL,
    asked bigint,
    first bigint NOT NULL,
    last bigint NOT NULL,
    taken text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    PRIMARY KEY (practice, id),
    CHECK (station BETWEEN 0 AND 99),
    CHECK (first BETWEEN 1 AND last)
);

CREATE TABLE service_request (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    service text COLLATE "C" NOT NULL,
    subject bytea NOT NULL,
    ps text COLLATE "C" NOT NULL,
    visit bigint,
    state text COLLATE "C" NOT NULL,
    asked text COLLATE "C" NOT NULL,
    answered text COLLATE "C" NOT NULL,
    origin text COLLATE "C" NOT NULL,
    choice text COLLATE "C" NOT NULL,
    request_sealed bytea,
    answer_sealed bytea,
    reason_sealed bytea,
    PRIMARY KEY (practice, id),
    FOREIGN KEY (practice, visit) REFERENCES visit (practice, id)
);
CREATE INDEX service_request_subject ON service_request (practice, service, subject);
CREATE INDEX service_request_state ON service_request (practice, state) WHERE state = 'waiting';

CREATE TABLE piece_tie (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    dossier bigint NOT NULL,
    visit bigint NOT NULL,
    nature text COLLATE "C" NOT NULL,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, visit, dossier),
    FOREIGN KEY (practice, dossier) REFERENCES dossier (practice, id),
    FOREIGN KEY (practice, visit) REFERENCES visit (practice, id)
);
CREATE INDEX piece_tie_dossier ON piece_tie (practice, dossier);

CREATE TABLE proof (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    file bigint NOT NULL,
    rank bigint NOT NULL,
    lot bigint NOT NULL,
    invoice bigint NOT NULL,
    dossier bigint NOT NULL,
    nature text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    code text COLLATE "C" NOT NULL DEFAULT '',
    before_sealed bytea,
    reason_sealed bytea,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, file, rank),
    FOREIGN KEY (practice, file) REFERENCES file (practice, id),
    FOREIGN KEY (practice, lot) REFERENCES lot (practice, id),
    FOREIGN KEY (practice, invoice) REFERENCES invoice (practice, id),
    FOREIGN KEY (practice, dossier) REFERENCES dossier (practice, id)
);
CREATE INDEX proof_invoice ON proof (practice, invoice);
CREATE INDEX proof_dossier ON proof (practice, dossier);
CREATE INDEX proof_state ON proof (practice, state);

CREATE TABLE reply (
    practice bigint NOT NULL DEFAULT current_setting('tournee.practice')::bigint,
    id bigint NOT NULL,
    key bytea NOT NULL,
    asked bytea NOT NULL,
    at text COLLATE "C" NOT NULL,
    status bigint,
    body_sealed bytea,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, key)
);
CREATE INDEX reply_at ON reply (practice, at);

-- The invoice that a visit has now, written beside it whenever its sheets' states say otherwise.
CREATE FUNCTION keep_invoice_of_visit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE visit SET invoice = (SELECT max(invoice.id) FROM invoice JOIN sheet ON sheet.invoice = invoice.id
        WHERE invoice.visit = visit.id AND sheet.state NOT IN ('abandoned', 'refused', 'payment_refused'))
    WHERE id = (SELECT invoice.visit FROM invoice WHERE invoice.id = new.invoice);
    RETURN NULL;
END $$;
CREATE TRIGGER sheet_made AFTER INSERT ON sheet FOR EACH ROW EXECUTE FUNCTION keep_invoice_of_visit();
CREATE TRIGGER sheet_moved AFTER UPDATE OF state ON sheet FOR EACH ROW
    WHEN ((old.state IN ('abandoned', 'refused', 'payment_refused'))
        <> (new.state IN ('abandoned', 'refused', 'payment_refused')))
    EXECUTE FUNCTION keep_invoice_of_visit();
