"""What is withheld, and the ledger of earlier releases that a board keeps."""

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from auditkit.definitions.records import Text
from auditkit.definitions.strict import Definition
from auditkit.errors import DefinitionError, Problem

LARGEST = 1 << 26
"""A ledger that is larger is not read."""
Count = Annotated[int, Field(ge=0)] | None
Sensitive = Literal["decision", "outcome"]


class Publication(Definition):
    """What is withheld so that no person can be recognised."""

    smallest_cell: Annotated[int, Field(ge=0)] = Field(
        11, description="counts from 1 to one less are withheld; 0 switches withholding off."
    )
    ledger: Text | None = Field(
        None,
        description="what was published before: `internal/ledger.json` of the last release, relative to the audit file.",
    )
    sensitive: Annotated[tuple[Sensitive, ...], Field(strict=False)] = Field(
        (), description="'decision', 'outcome': what must not be known of everybody in a group."
    )
    provider: Text | None = Field(None, description="column that says who supplied a row, such as an agency.")
    largest_share: Annotated[float, Field(gt=0.5, lt=1)] = Field(
        0.85, description="groups of which one provider supplied as much or more are withheld."
    )
    map_residents: Annotated[int, Field(ge=0)] = Field(
        100, description="areas with fewer residents are left grey on maps; 0 shades all."
    )


class LedgerRelease(Definition):
    """The counts that one release showed."""

    created: Text
    tool: Text
    version: Text
    cells: dict[str, Annotated[tuple[Count, Count], Field(strict=False)]] = Field(
        description="numerator and denominator of every published number, by its id."
    )


class Ledger(Definition):
    """Every earlier release, oldest first."""

    schema_version: Literal["1"]
    releases: Annotated[tuple[LedgerRelease, ...], Field(strict=False)]

    def to_json(self) -> bytes:
        """Write the ledger, the same way every time."""
        return (json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n").encode()


def read_ledger(path: Path) -> Ledger:
    """Read a ledger, which anybody may have edited.

    Raises
    ------
    DefinitionError
        If it is absent, too large or not a ledger; without it, nothing protects what was published before.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise _refused(path, f"the file cannot be read ({error.strerror}).") from error
    if len(raw) > LARGEST:
        raise _refused(path, f"the file is larger than {LARGEST:,} bytes.")
    try:
        return Ledger.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise _refused(path, f"it is not a ledger ({where}: {first['msg']}).") from error


def _refused(path: Path, found: str) -> DefinitionError:
    mend = "Name `internal/ledger.json` of the last release under [publication] ledger; leave the key out for the first."
    return DefinitionError([Problem(where=path.name, found=found, mend=mend)])
