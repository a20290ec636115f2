-- Undeployments to be carried out when the gateway answers again.
CREATE TABLE pending (
    api TEXT NOT NULL REFERENCES apis (id) ON DELETE CASCADE,
    gateway TEXT NOT NULL REFERENCES gateways (id) ON DELETE CASCADE,
    record TEXT NOT NULL,
    PRIMARY KEY (api, gateway)
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_by_gateway ON pending (gateway);
