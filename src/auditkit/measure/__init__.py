"""Measure: takes counts, returns an estimate or a reason for each metric, group and comparison; it knows no limits."""
