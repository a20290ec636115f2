//! The catalog on real files, as its users see it.

mod apis;
mod fixture;
mod history;
mod journal;
mod named;
mod opening;
mod placements;
mod processes;
mod revisions;
