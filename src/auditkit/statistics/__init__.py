"""Numbers in, named tuples out: intervals and critical values. Nothing here knows what an audit is."""
