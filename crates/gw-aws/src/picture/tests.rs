//! Pictures of what a plan compiles to, and of the same API as AWS re-orders and decorates it.

