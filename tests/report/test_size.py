"""A report stays small enough to send and to open on a phone, in every language."""

import pytest

from auditkit import Audit, run_audit
from benchmarks.speed import make_data

MOST = 1_000_000
"""Bytes of a page about 200 areas, three ways of grouping people, their intersections and 20 scores."""


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    path = make_data.make(tmp_path_factory.mktemp("large"), rows=100_000)
    with path.open("a", encoding="utf-8") as file:
        file.write('\n[report]\nlanguages = ["en", "es", "ar"]\n')
    return run_audit(path)


def test_a_page_about_200_areas_stays_below_a_megabyte_in_every_language(audit: Audit) -> None:
    pages = {name: content for name, content in audit.files.items() if name.endswith(".html")}

    assert sorted(pages) == ["report.ar.html", "report.en.html", "report.es.html"]
    for name, content in pages.items():
        assert content.decode().count('<details id="entry-') == 200, name
        assert len(content) <= MOST, name
