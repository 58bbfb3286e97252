"""Validate: takes rows and a check suite, returns checked rows or rejected data; it repairs nothing.

A check's facts are gathered where the data are and judged by Great Expectations. Modules whose names end in `_facts`
hold the queries.
"""
