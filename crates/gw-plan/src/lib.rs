//! Compile a revision to a gateway-neutral plan, digest it, diff two plans.
