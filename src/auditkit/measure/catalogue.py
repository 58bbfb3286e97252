"""Every measure of people: rates, what compares them, and the summaries of a dimension."""

import auditkit.measure.rates  # noqa: F401  # importing the module is what registers its metrics
from auditkit.measure.registry import COMPARISONS, COUNTED, ENTITLED, RATES, SCREENED, SUMMARIES, WITHIN


def measures() -> dict[str, str]:
    """Every measure a policy may limit, with its meaning."""
    found = {name: metric.doc.split("\n")[0] for name, metric in RATES.items()} | SUMMARIES
    for name in RATES:
        kinds = COMPARISONS | (COUNTED | WITHIN if name in ENTITLED else {})
        kinds |= (
            {"p_value_bh": "test against all other areas, adjusted for all areas"} if name in SCREENED else {}
        )
        kinds |= {
            "difference_smallest_detectable": "smallest gap that this audit would have found 4 times in 5"
        }
        for kind, meaning in kinds.items():
            found[f"{name}_{kind}"] = f"{name} compared: {meaning}."
        found[f"{name}_range_p_value"] = f"Permutation test of the range of {name}."
        found[f"{name}_range"] = f"Largest minus smallest {name} of the groups that have a figure."
    return found
