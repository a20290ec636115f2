//! What schemas become, rule by rule.
