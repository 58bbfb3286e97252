"""Holding an audit against the pledge that was made before it."""

from dataclasses import replace

from auditkit.definitions.pledge import KeptPledge, Pledge, PledgedFile
from auditkit.results.findings import Judgement
from auditkit.results.pledges import PledgeCheck, PledgedInput, PledgeStatus, Predates

DECIDED_BY = "pledge"
"""Stands among what decided a recommendation when other limits were pledged than used."""


def check_pledge(
    kept: KeptPledge, *, policy_sha256: str, audit_sha256: str, inputs: tuple[PledgedFile, ...]
) -> PledgeCheck:
    """Say whether the pledged limits are the ones used, and what was there when they were pledged.

    Parameters
    ----------
    kept
        The pledge.
    policy_sha256, audit_sha256
        Of the policy and of the audit file that are used now.
    inputs
        The input files as they stand now, before they are opened.
    """
    pledge, same_policy = kept.pledge, kept.pledge.policy.sha256 == policy_sha256
    found = tuple(
        PledgedInput(table=now.table, file=now.file, predates=_predates(now, pledge)) for now in inputs
    )
    nothing_there = all(one.predates == "absent" for one in found)
    status: PledgeStatus = "before_data" if nothing_there else "data_existed"
    return PledgeCheck(
        file=kept.file, created=pledge.created.isoformat(timespec="seconds"), sha256=kept.sha256,
        policy_name=pledge.policy.name, policy_version=pledge.policy.version, policy_sha256=pledge.policy.sha256,
        same_policy=same_policy, same_audit_file=pledge.audit_sha256 == audit_sha256, inputs=found,
        status=status if same_policy else "limits_differ",
    )  # fmt: skip


def _predates(now: PledgedFile, pledge: Pledge) -> Predates:
    then = next((one for one in pledge.inputs if (one.table, one.file) == (now.table, now.file)), None)
    if then is None:
        return "not_pledged"
    if then.existed:
        return "unchanged" if (then.bytes, then.modified) == (now.bytes, now.modified) else "changed"
    # A file that is older than the pledge may have been elsewhere when the pledge was made.
    return "older" if now.modified is not None and now.modified < pledge.created else "absent"


def with_pledge(judgement: Judgement, pledge: PledgeCheck | None) -> Judgement:
    """Withhold the advice to vote from an audit whose limits are not the pledged ones; anything worse stays."""
    if pledge is None or pledge.same_policy or judgement.recommendation == "do_not_deploy":
        return judgement
    open_before = judgement.decided_by if judgement.recommendation == "not_ready" else ()
    return replace(judgement, recommendation="not_ready", decided_by=(DECIDED_BY, *open_before))
