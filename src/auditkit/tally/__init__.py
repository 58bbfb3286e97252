"""Tally: takes checked rows, returns a few small tables of counts; nothing after it sees a row."""
