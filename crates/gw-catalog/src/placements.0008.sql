-- What is where now: a fold over finished runs, written with the entry that finishes them.
CREATE TABLE placements (
    api TEXT NOT NULL REFERENCES apis (id),
    gateway TEXT NOT NULL REFERENCES gateways (id),
    record TEXT NOT NULL,
    PRIMARY KEY (api, gateway)
) STRICT, WITHOUT ROWID;
CREATE INDEX placements_by_gateway ON placements (gateway);
