"""Simulate: takes counts, returns what the feedback test found, or what it would need."""
