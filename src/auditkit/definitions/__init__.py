"""What people write: audit files, policies, check suites and tool types, as frozen, strictly parsed objects."""
