"""Takes tables of which nobody said what they are; returns what they can be, what looks wrong and what can be concluded.

It opens them with the readers of `load`, and decides nothing: what it takes a column for is a guess, and marked as one.
"""
