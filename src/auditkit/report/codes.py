"""Short words that stages and audit files use, and pages show: listed here, so that translators meet them."""

from auditkit.results.phrases import phrase

SOURCES = (
    phrase("survey"), phrase("call"), phrase("app report"), phrase("victim report"), phrase("officer initiated"), phrase("arrest"),
    phrase("citation"), phrase("conviction"), phrase("sensor"), phrase("verified"), phrase("mixed"),
)  # fmt: skip
"""Where outcomes come from."""
STATUSES = (phrase("proposed"), phrase("pilot"), phrase("deployed"))
PERIODS = (phrase("day"), phrase("week"), phrase("month"), phrase("year"))
SEVERITIES = (phrase("blocking"), phrase("serious"), phrase("note"))
KINDS = (phrase("person"), phrase("place"), phrase("alert"))
ACTIONS = (phrase("stop"), phrase("search"), phrase("injury"))
DIMENSIONS = (phrase("area"), phrase("rule"), phrase("loop"), phrase("everyone"))
"""Ways of dividing people that are auditkit's own."""
GROUPS = (
    phrase("tool"), phrase("count in the recent window"), phrase("all earlier counts"), phrase("previous period"),
    phrase("residents"), phrase("random"), phrase("best possible"), phrase("equal areas"), phrase("shuffled records"),
    phrase("(unknown)"),
)  # fmt: skip
"""What auditkit itself compares, and the name of those whose group is unknown."""
ROLES = (
    phrase("positions"),
    phrase("decision"),
    phrase("outcome"),
    phrase("score"),
    phrase("group"),
    phrase("time"),
)
"""What columns are."""
EXPECTED = (phrase("at least {}"), phrase("at most {}"), phrase("at least {} and at most {}"))
FACTS = (
    phrase("{} days from {}"), phrase("{} of {} rows"), phrase("by {}"), phrase("{} by {}"), phrase("area {}"),
    phrase("{}, area {}"), phrase("{}, area not recorded"), phrase("area not recorded"), phrase("neighbourhood {}"),
    phrase("{} repeats {}"), phrase("{} within {}"), phrase("{} to {}"), phrase("from {}"), phrase("{}, from {}"),
)  # fmt: skip
"""What the facts of data checks are about."""
READ = (
    phrase("line {}"), phrase("row {}"), phrase("sheet {}"), phrase("table {}"), phrase("view {}"),
    phrase("materialized view {}"), phrase("layer {}"), phrase("file {}"),
)  # fmt: skip
"""Where in a file something was read."""
