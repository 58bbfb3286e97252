"""Writing a proposed audit file: what is known, what is guessed and why, and what nobody but a person can fill in."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from auditkit.errors import shown
from auditkit.examine.meanings import Guess
from auditkit.examine.tables import Candidate
from auditkit.results.examination import Extract

TOOL = {
    "name": "what the tool is called",
    "vendor": "who makes or sells it",
    "version": "the version that these tables come from",
    "purpose": "what the tool is used for",
    "flagged_means": "finishes the sentence 'Being flagged means …', such as 'held to closer supervision'",
    "orientation": "'burden' if being flagged harms, 'benefit' if it helps; every comparison depends on it",
    "status": "'proposed', 'pilot' or 'deployed'",
}
"""What no table says about a tool, and what it means."""
MEANS = "the outcome in words, such as 'arrested again within two years'"
SOURCE = (
    "who decides that it is recorded: survey call app_report victim_report officer_initiated arrest citation conviction "
    "sensor verified mixed"
)


def toml(value: object) -> str:
    """Write a value as TOML, tables inline.

    >>> toml({"column": "n", "flagged": ["1"]})
    '{ column = "n", flagged = ["1"] }'
    """
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(toml(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _key(key: object) -> str:
    text = str(key)
    bare = text.isascii() and text.replace("_", "").replace("-", "").isalnum()
    return text if bare else toml(text)


def name_of(text: str) -> str:
    """Make a name that may stand in a section's heading.

    >>> name_of("Grupo étnico")
    'Grupo_tnico'
    """
    letters = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text)
    joined = "_".join(letters.split())
    return joined if joined[:1].isalpha() else f"group_{joined}".rstrip("_")


class Draft:
    """The lines of a proposed audit file, and the keys that it leaves blank."""

    def __init__(self, *, folder: Path, policy: str) -> None:
        self.folder, self.policy = folder, policy
        self.lines: list[str] = []
        self.blanks: list[str] = []
        self.at = ""

    def section(self, name: str) -> None:
        """Begin a section."""
        self.at = name
        self.lines += ["", f"[{name}]"]

    def given(self, key: str, value: object) -> None:
        """Write what is known."""
        self.lines.append(f"{key} = {toml(value)}")

    def extract(self, extract: Extract, table: Candidate) -> None:
        """Name the table that is taken out of a file with boundaries."""
        reason = (
            f"areas and counts, taken out of {shown([table.opened.file])}: records are read from tables alone"
        )
        self.guess("path", extract.file, reason)

    def path(self, table: Candidate) -> None:
        """Write where a table lies, seen from the audit file."""
        self.given(
            "path", Path(os.path.relpath(table.opened.path.resolve(), self.folder.resolve())).as_posix()
        )

    def guess(self, key: str, value: object, reason: str) -> None:
        """Write what is guessed, and why."""
        self.lines.append(f"# guess: {reason}.")
        self.given(key, value)

    def column(self, key: str, column: Guess | None) -> None:
        """Write a guessed column, where there is one."""
        if column is not None:
            self.guess(key, column.name, column.reason)

    def blank(self, key: str, meaning: str, *, value: object = "", within: tuple[str, ...] = ()) -> None:
        """Leave a key for a person to fill in; `within` names the blank parts of an inline table."""
        for part in within or ("",):
            self.blanks.append(f"[{self.at}] {key}{part and '.'}{part}")
        self.lines.append(f"# blank: {meaning}.")
        self.given(key, value)

    def also_blank(self, key: str, part: str, meaning: str) -> None:
        """Say that a part of the inline table written next is left blank."""
        self.blanks.append(f"[{self.at}] {key}.{part}")
        self.lines.append(f"# blank: {key}.{part}: {meaning}.")

    def note(self, text: str) -> None:
        """Write a comment."""
        self.lines.append(f"# {text}")

    def tool(self, kind: str, reason: str) -> None:
        """Write the section on the tool, of which tables say only what type it may be."""
        self.section("tool")
        for key, meaning in TOOL.items():
            if key == "purpose":
                self.guess("type", kind, reason)
            self.blank(key, meaning)

    def text(self) -> str:
        """Return the audit file."""
        head = [
            "# Proposed by auditkit examine. Lines marked 'guess' may be wrong: check each of them.",
            "# Lines marked 'blank' are left for you: `auditkit run` stops until they are filled in.",
        ]
        return "\n".join([*head, *self.lines, "", "[policy]", f"use = {toml(self.policy)}", ""])


def quoted(column: Guess) -> str:
    """Quote a column's values for a comment."""
    return shown(column.profile.values)
