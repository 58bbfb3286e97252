"""Report: takes what was measured and judged, writes sentences, charts and files; it computes nothing but rounding."""
