"""Which findings can be quoted: those with a figure, or with a verdict of the feedback test."""

from auditkit.report.statements import Judged
from auditkit.report.view import View


def quoted(view: View) -> tuple[Judged, ...]:
    """Return findings with something to quote, the most important first; what is withheld or missing is none."""
    return tuple(one for one in view.judged if _told(one))


def _told(one: Judged) -> bool:
    if one.first is not None:
        return one.first.result == "estimated"
    return one.finding.limit.measure == "feedback_verdict" and one.finding.status != "not_checked"
