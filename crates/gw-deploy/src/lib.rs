//! The deployment saga: journal, pacing, retry, undo, fan-out.
