-- What was deleted of what gateways kept for going back: each intent before its call, and what came of it after. The
-- run is the one after which it was done.
CREATE TABLE prunings (
    row INTEGER PRIMARY KEY,
    deployment TEXT NOT NULL REFERENCES runs (deployment),
    record TEXT NOT NULL
) STRICT;
CREATE INDEX prunings_by_deployment ON prunings (deployment);
CREATE TRIGGER prunings_never_change BEFORE UPDATE ON prunings BEGIN
    SELECT RAISE(ABORT, 'a pruning is only ever appended to');
END;
