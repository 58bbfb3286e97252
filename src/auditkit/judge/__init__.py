"""Judge: takes measurements and a policy, returns findings that refer to numbers and copy none; it computes none."""
