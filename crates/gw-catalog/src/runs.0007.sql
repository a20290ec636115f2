-- Names are kept as they were: runs outlive APIs and gateways.
CREATE TABLE runs (
    row INTEGER PRIMARY KEY,
    deployment TEXT NOT NULL UNIQUE,
    header TEXT NOT NULL,
    api TEXT NOT NULL GENERATED ALWAYS AS (header ->> '$.api') STORED,
    gateway TEXT NOT NULL GENERATED ALWAYS AS (header ->> '$.gateway') STORED,
    api_name TEXT NOT NULL,
    api_version TEXT NOT NULL,
    gateway_name TEXT NOT NULL,
    -- The placement when it began, or NULL: what is there again when the run is taken back.
    before TEXT,
    -- When and how it ended (the Finished entry); both NULL while it has not.
    finished_at INTEGER,
    finish TEXT
) STRICT;
CREATE UNIQUE INDEX runs_unfinished ON runs (api, gateway) WHERE finished_at IS NULL;
CREATE INDEX runs_by_api ON runs (api);
CREATE INDEX runs_by_gateway ON runs (gateway);
CREATE INDEX runs_by_api_and_gateway ON runs (api, gateway);

CREATE TABLE journal (
    deployment TEXT NOT NULL REFERENCES runs (deployment),
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    entry TEXT NOT NULL,
    PRIMARY KEY (deployment, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER journal_never_changes BEFORE UPDATE ON journal BEGIN
    SELECT RAISE(ABORT, 'a journal is only ever appended to');
END;
CREATE TRIGGER journal_never_shrinks BEFORE DELETE ON journal BEGIN
    SELECT RAISE(ABORT, 'a journal is only ever appended to');
END;
