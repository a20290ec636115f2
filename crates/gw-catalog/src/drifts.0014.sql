-- What was found when a gateway was looked at last, so that lists need no call.
CREATE TABLE drifts (
    api TEXT NOT NULL REFERENCES apis (id) ON DELETE CASCADE,
    gateway TEXT NOT NULL REFERENCES gateways (id) ON DELETE CASCADE,
    record TEXT NOT NULL,
    PRIMARY KEY (api, gateway)
) STRICT, WITHOUT ROWID;
CREATE INDEX drifts_by_gateway ON drifts (gateway);

-- Differences a person said to let be, each with the value it had then: another value is told again.
CREATE TABLE ignored_drifts (
    api TEXT NOT NULL REFERENCES apis (id) ON DELETE CASCADE,
    gateway TEXT NOT NULL REFERENCES gateways (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    -- How it was, as JSON; the empty text for nothing.
    live TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (api, gateway, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX ignored_drifts_by_gateway ON ignored_drifts (gateway);
