"""What a pledge shows: whether limits were fixed before the data files were there, and whether they were kept."""

from dataclasses import dataclass
from typing import Literal

Predates = Literal["absent", "older", "unchanged", "changed", "not_pledged"]
"""What was there at the time of the pledge: nothing; nothing, though the file's date is older than the pledge; the
file as it is now by size and date; the file, with another size or date; unknown, because the pledge does not name it.
"""
PledgeStatus = Literal["before_data", "data_existed", "limits_differ"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgedInput:
    """What a pledge says about one input file of this audit."""

    table: str
    file: str
    predates: Predates


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeCheck:
    """A pledge held against the audit that was run."""

    file: str
    created: str
    sha256: str
    """Of the pledge itself; it is to be compared with the one that was read aloud."""
    policy_name: str
    policy_version: str
    policy_sha256: str
    same_policy: bool
    same_audit_file: bool
    inputs: tuple[PledgedInput, ...]
    status: PledgeStatus
