"""Pledges: a policy fixed and hashed before the data are opened."""

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, ValidationError, model_validator

from auditkit.definitions.policy import ChosenPolicy
from auditkit.definitions.records import Text
from auditkit.definitions.strict import Definition
from auditkit.errors import DefinitionError, Problem, ReportError

LARGEST = 1 << 20
"""A pledge is small; what is larger is not read."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Size = Annotated[int, Field(ge=0)]


class PledgedPolicy(Definition):
    """The policy that was fixed, with its text, so that a board can read it."""

    name: Text
    version: Text
    file: Text
    sha256: Sha256
    text: str

    @model_validator(mode="after")
    def _hashed(self) -> Self:
        if hashlib.sha256(self.text.encode()).hexdigest() != self.sha256:
            msg = "the text of the policy does not have the SHA-256 beside it, so one of them was edited"
            raise ValueError(msg)
        return self


class PledgedFile(Definition):
    """An input file as it stood, seen from outside."""

    table: Text
    file: Text
    existed: bool
    bytes: Size | None
    modified: AwareDatetime | None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if {self.existed} != {self.bytes is not None, self.modified is not None}:
            msg = "a file that existed has a size and a date, and one that did not has neither"
            raise ValueError(msg)
        return self


class Pledge(Definition):
    """A policy, the audit file it was fixed for, and what was there at that time."""

    schema_version: Literal["1"]
    created: AwareDatetime
    auditkit: Text = Field(description="the version that wrote it.")
    policy: PledgedPolicy
    audit_sha256: Sha256
    inputs: Annotated[tuple[PledgedFile, ...], Field(strict=False, min_length=1, max_length=100)]

    def to_json(self) -> str:
        """Write the pledge, the same way every time."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"


class KeptPledge(Definition):
    """A pledge together with its own hash, which is what makes it trustworthy once it has been published."""

    pledge: Pledge
    sha256: str
    file: str


def pledge_of(
    chosen: ChosenPolicy,
    *,
    audit_sha256: str,
    inputs: tuple[PledgedFile, ...],
    created: dt.datetime,
    auditkit: str,
) -> Pledge:
    """Fix a policy.

    Parameters
    ----------
    chosen
        The policy.
    audit_sha256
        Of the audit file.
    inputs
        The input files as they stand.
    created
        The time; kept in whole seconds.
    auditkit
        This version.
    """
    policy = PledgedPolicy(
        name=chosen.policy.name, version=chosen.policy.version, file=chosen.file, sha256=chosen.sha256,
        text=chosen.text,
    )  # fmt: skip
    return Pledge(
        schema_version="1", created=created.replace(microsecond=0), auditkit=auditkit, policy=policy,
        audit_sha256=audit_sha256, inputs=inputs,
    )  # fmt: skip


def write_pledge(pledge: Pledge, path: Path) -> KeptPledge:
    """Write a pledge to a file that is not there yet, and return it with its hash.

    Raises
    ------
    ReportError
        If something is there already, since a pledge is never replaced, or if it cannot be written.
    """
    raw = pledge.to_json().encode()
    try:
        with path.open("xb") as file:
            file.write(raw)
    except FileExistsError as error:
        found = "the file exists, and a pledge is never replaced."
        raise ReportError(where=str(path), found=found, mend="Name another file.") from error
    except OSError as error:
        found = f"it cannot be written ({error.strerror})."
        raise ReportError(where=str(path), found=found, mend="Name another file.") from error
    return KeptPledge(pledge=pledge, sha256=hashlib.sha256(raw).hexdigest(), file=path.name)


def read_pledge(path: Path, *, now: dt.datetime) -> KeptPledge:
    """Read a pledge, which anybody may have edited.

    Parameters
    ----------
    path
        The file.
    now
        The time of the run; a pledge dated later is refused.

    Raises
    ------
    DefinitionError
        If it is absent, too large, not a pledge, contradicts itself or is dated later than the run.
    """
    raw = _read(path)
    try:
        pledge = Pledge.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        reason = first["msg"].removeprefix("Value error, ")
        raise _refused(path, f"it is not a pledge ({where}: {reason}).") from error
    if pledge.created > now:
        found = f"it is dated {pledge.created.isoformat()}, after this run."
        raise _refused(path, found, mend="Compare the clocks of the computers that were used.")
    return KeptPledge(pledge=pledge, sha256=hashlib.sha256(raw).hexdigest(), file=path.name)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise _refused(path, f"the file cannot be read ({error.strerror}).") from error
    if len(raw) > LARGEST:
        raise _refused(path, f"the file is larger than {LARGEST:,} bytes.")
    return raw


def _refused(
    path: Path, found: str, *, mend: str = "Name a file that `auditkit pledge` wrote."
) -> DefinitionError:
    return DefinitionError([Problem(where=path.name, found=found, mend=mend)])
