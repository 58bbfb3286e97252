"""Every measure of people: rates, what compares them, and the summaries of a dimension."""

import auditkit.measure.rates  # noqa: F401  # importing the module is what registers its metrics
from auditkit.measure.registry import COMPARISONS, RATES, SUMMARIES


def measures() -> dict[str, str]:
    """Every measure a policy may limit, with its meaning."""
    found = {name: metric.doc.split("\n")[0] for name, metric in RATES.items()} | SUMMARIES
    for name in RATES:
        for kind, meaning in COMPARISONS.items():
            found[f"{name}_{kind}"] = f"{name} compared: {meaning}."
        found[f"{name}_range"] = f"Largest minus smallest {name} of any two groups."
    return found
