"""Load: takes an audit file, returns the main table as `Rows` with its provenance; it decides and repairs nothing."""
