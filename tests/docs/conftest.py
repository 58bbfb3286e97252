"""Runs the fenced examples of a page from top to bottom, in a folder of its own.

A fence says what becomes of it in the words after its language:

- `toml file=NAME`, `csv file=NAME`, `po file=NAME`: the text is written to that file;
- `toml append=NAME`: it is added to a file that is there already;
- `python`: it runs; where it holds `>>>`, its output is compared;
- `console`: lines that start with `$` run, and what follows each is its output;
- `text`: it only shows something.

The folder holds copies of `checks`, `report_templates` and `examples`, which the commands then use, and `people.csv`.
"""

import doctest
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditkit import bundled
from auditkit.cli.app import app

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(?P<language>[a-z]+)(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """One fenced example."""

    language: str
    info: str
    text: str


def fences(page: Path) -> tuple[Fence, ...]:
    """Find the fenced examples of a page."""
    return tuple(
        Fence(language=found["language"], info=found["info"].strip(), text=found["text"])
        for found in FENCE.finditer(page.read_text(encoding="utf-8"))
    )


def people() -> str:
    """Make 1,200 people: of 300 each without the outcome, 60 White and 120 Black people are flagged."""
    rows = ["id,score,flagged,rearrested,race,sex,area,scored_on"]
    for race, flagged in (("White", {0: 60, 1: 150}), ("Black", {0: 120, 1: 180})):
        for outcome, many in flagged.items():
            for place in range(300):
                flag = int(place < many)
                score = 5 + place % 6 if flag else 1 + place % 4
                area, sex = ("North", "South", "West")[place % 3], ("Female", "Male")[place % 2]
                day = f"2023-{1 + place % 12:02d}-{1 + place % 28:02d}"
                rows.append(f"{len(rows)},{score},{flag},{outcome},{race},{sex},{area},{day}")
    return "\n".join(rows) + "\n"


class Reading:
    """A reader who does everything that a page shows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, object] = {}
        self.exit_code = 0

    def follow(self, fence: Fence) -> None:
        if fence.info.startswith(("file=", "append=")):
            self._write(fence)
        elif fence.language == "python":
            self._python(fence)
        elif fence.language == "console":
            self._console(fence)
        else:
            assert fence.language == "text", f"nothing says what becomes of this:\n{fence.text}"

    def _write(self, fence: Fence) -> None:
        how, _, name = fence.info.partition("=")
        path = self.folder / name
        assert path.is_file() == (how == "append"), f"{fence.info}: the file is there already, or is not"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(fence.text)

    def _python(self, fence: Fence) -> None:
        if ">>>" not in fence.text:
            exec(compile(fence.text, "example", "exec"), self.names)  # noqa: S102  # our own documentation
            return
        said: list[str] = []
        runner = doctest.DocTestRunner(optionflags=LOOSE)
        example = doctest.DocTestParser().get_doctest(fence.text, self.names, "example", None, None)
        runner.run(example, out=said.append, clear_globs=False)
        self.names = example.globs
        assert not runner.summarize(verbose=False).failed, "".join(said)

    def _console(self, fence: Fence) -> None:
        for step in re.split(r"^\$ ", fence.text, flags=re.MULTILINE)[1:]:
            command, _, wanted = step.partition("\n")
            got = self._run(command)
            assert doctest.OutputChecker().check_output(wanted, got, LOOSE), f"$ {command}\n{got}"

    def _run(self, command: str) -> str:
        if command == "echo $?":
            return f"{self.exit_code}\n"
        words = shlex.split(command)
        if words[0] != "auditkit":
            return subprocess.run(words, cwd=self.folder, check=True, capture_output=True, text=True).stdout
        result = CliRunner().invoke(app, words[1:], catch_exceptions=False)
        self.exit_code = result.exit_code
        errors = [line for line in result.stderr.splitlines(keepends=True) if line.startswith("auditkit: ")]
        return result.stdout + "".join(errors)


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Return a function that follows every example of a page."""
    # A page may add metrics and facts; what was there before has to be loaded first, so that it stays.
    from auditkit.measure import rates as _rates  # noqa: F401  # importing it registers what it holds
    from auditkit.measure import registry as metrics
    from auditkit.validate import checking as _checking  # noqa: F401  # importing it registers what it holds
    from auditkit.validate import registry as checks

    for name in ("checks", "report_templates", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "people.csv").write_text(people(), encoding="utf-8")
    monkeypatch.setattr(bundled, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    rates, facts = dict(metrics.RATES), dict(checks.FACTS)

    def follow(page: Path) -> None:
        reading = Reading(tmp_path)
        for fence in fences(page):
            reading.follow(fence)

    yield follow
    for name in {*metrics.RATES} - {*rates}:
        del metrics.RATES[name]
    for name in {*checks.FACTS} - {*facts}:
        del checks.FACTS[name]
