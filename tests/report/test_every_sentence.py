"""Every sentence and every table on pages about made-up tables is true of these; ci/fuzz/reports.py reads hundreds."""

import io

import numpy as np
import pytest
from reference.mixed_tables import made_table
from reference.reports import check_page

import coterie
from coterie.report import _write_report


def write(seed, monkeypatch):
    """The page about a table, and all that it takes to check one."""
    monkeypatch.setattr(_write_report, "matplotlib_is_there", lambda: False)
    _, columns, options = made_table(seed)
    page = io.StringIO()
    found = coterie.write_report(np.array(list(columns.values()), object).T, page, **options)
    named = dict(zip((f"x{j}" for j in range(len(columns))), columns.values(), strict=True))
    return page.getvalue(), (found, named, options["noun"])


@pytest.mark.parametrize("seed", [0, 9, 22, 37, 101])
@pytest.mark.filterwarnings("ignore")
def test_every_sentence_on_a_page_is_true_of_its_table(seed, monkeypatch):
    page, facts = write(seed, monkeypatch)
    check_page(page, *facts)


@pytest.mark.filterwarnings("ignore")
def test_sentences_that_are_not_true_or_not_known_are_seen(monkeypatch):
    page, facts = write(22, monkeypatch)
    changes = [
        ("higher", "lower"),
        (" against ", "1 against "),
        ("% of ", "1% of "),
        ("<h3>", "<p>All is well.</p><h3>"),
        ("</td></tr>", "9</td></tr>"),
    ]
    changed = [page.replace(*change, 1) for change in changes if change[0] in page]
    assert len(changed) >= 4
    for each in changed:
        with pytest.raises(AssertionError):
            check_page(each, *facts)
