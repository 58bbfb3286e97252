"""Everything that can go wrong for a user, in one tree.

AuditKitError
├── DefinitionError       an audit file, policy, check suite or tool type cannot be used as written
├── InputError            a table cannot be read, or holds what the audit file rules out
├── ReportError           a report or a run folder cannot be written or read
└── MissingExtraError     a feature needs an optional package that is not installed

Each class takes values, keeps them as attributes and writes its own sentence. A failed data check, a number that
cannot be estimated and an adverse finding are results, not errors.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

SHOWN = 10


def shown(values: Iterable[object], *, most: int = SHOWN) -> str:
    """Quote at most `most` values and count the rest; line breaks and control characters are spelled out.

    >>> shown(["race", "sex", "age"], most=2)
    "'race', 'sex' +1 more"
    """
    items = [printable(str(value)) for value in values]
    text = ", ".join(f"'{item}'" for item in items[:most]) or "none"
    return f"{text} +{len(items) - most} more" if len(items) > most else text


def printable(text: str) -> str:
    r"""Spell out line breaks and control characters, which could rewrite what a terminal shows.

    >>> printable("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def closest(name: str, known: Iterable[str]) -> str | None:
    """Name the known word nearest to a misspelt one, if any is near.

    >>> closest("orientaton", ["orientation", "purpose"])
    'orientation'
    """
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend: where it is, what was found, what was expected and what to do."""

    where: str
    """File, and the key or column inside it, such as `audit.toml [tool] type`."""
    found: str
    """What stands there now."""
    mend: str
    """What was expected and what to do about it."""

    def __str__(self) -> str:
        return printable(f"{self.where}: {self.found} {self.mend}")


class AuditKitError(Exception):
    """Anything a user can mend; the command line prints it and exits with 2."""


class ProblemsError(AuditKitError):
    """Several problems found together, so that they can be mended together."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DefinitionError(ProblemsError):
    """An audit file, policy, check suite or tool type cannot be used as written."""


class InputError(ProblemsError):
    """A table cannot be read, or holds what the audit file rules out."""


class ReportError(AuditKitError):
    """A report or a run folder cannot be written or read."""

    def __init__(self, *, where: str, found: str, mend: str) -> None:
        self.where, self.found, self.mend = where, found, mend
        super().__init__(printable(f"{where}: {found} {mend}"))


class MissingExtraError(AuditKitError):
    """A feature needs an optional package that is not installed."""

    def __init__(self, *, feature: str, command: str) -> None:
        self.feature, self.command = feature, command
        super().__init__(f"{feature} needs a package that is not installed. Install it with: {command}")
