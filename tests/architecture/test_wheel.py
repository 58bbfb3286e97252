"""The wheel carries what an installation needs: it runs away from the checkout, from an empty folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def done(arguments: list[str], *, cwd: Path, site: Path | None = None) -> str:
    path = {} if site is None else {"PYTHONPATH": str(site)}
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, **path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout and unpacked without its dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    done(["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)], cwd=folder)
    (wheel,) = folder.glob("auditkit-*.whl")
    target = folder / "site"
    done(
        ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target), str(wheel)],
        cwd=folder,
    )
    return target


def test_the_wheel_carries_its_data_folders_and_nothing_of_the_checkout(site: Path, tmp_path: Path) -> None:
    found = done(
        ["-c", "import auditkit.bundled as b; print(b.__file__); print(b.ROOT)"], cwd=tmp_path, site=site
    )

    assert found.splitlines() == [str(site / "auditkit" / "bundled.py"), str(site / "auditkit" / "_bundled")]
    assert {path.name for path in (site / "auditkit" / "_bundled").iterdir()} == {
        "checks", "examples", "report_templates", "requirements-data.lock",
    }  # fmt: skip
    assert (site / "auditkit" / "_bundled" / "report_templates" / "locale" / "auditkit.pot").is_file()


def test_the_wheel_runs_the_demo_from_an_empty_folder(site: Path, tmp_path: Path) -> None:
    printed = done(
        ["-m", "auditkit", "demo", "--quiet", "compas", "minneapolis-searches"], cwd=tmp_path, site=site
    )

    assert "COMPAS general recidivism score" in printed
    assert (tmp_path / "audits" / "compas" / "report.en.html").is_file()
    assert (tmp_path / "audits" / "minneapolis-searches" / "audit.json").is_file()
