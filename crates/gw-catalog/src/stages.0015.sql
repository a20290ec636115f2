-- What is wanted of an API's stage on a gateway. Without a row everything stays as found.
CREATE TABLE stages (
    api TEXT NOT NULL REFERENCES apis (id) ON DELETE CASCADE,
    gateway TEXT NOT NULL REFERENCES gateways (id) ON DELETE CASCADE,
    record TEXT NOT NULL,
    PRIMARY KEY (api, gateway)
) STRICT, WITHOUT ROWID;
CREATE INDEX stages_by_gateway ON stages (gateway);
