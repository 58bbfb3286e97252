"""auditkit audits predictive policing tools before they go live.

>>> import auditkit
>>> auditkit.__all__
['Audit', 'AuditKitError', 'Forecaster', 'check_data', 'compare_audits', 'make_pledge', 'render_again', 'run_audit']
"""

from typing import TYPE_CHECKING, Any

from auditkit.errors import AuditKitError

if TYPE_CHECKING:
    from auditkit.pipeline import check_data, compare_audits, make_pledge, render_again, run_audit
    from auditkit.results.audit import Audit
    from auditkit.simulate.forecasters import Forecaster

__all__ = [
    "Audit", "AuditKitError", "Forecaster", "check_data", "compare_audits", "make_pledge", "render_again", "run_audit",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load the pipeline on first use, so that importing auditkit is cheap."""
    if name == "Audit":
        from auditkit.results.audit import Audit

        return Audit
    if name == "Forecaster":
        from auditkit.simulate.forecasters import Forecaster

        return Forecaster
    if name in __all__:
        from auditkit import pipeline  # inside the function that uses it

        return getattr(pipeline, name)
    msg = f"module 'auditkit' has no attribute '{name}'"
    raise AttributeError(msg)
