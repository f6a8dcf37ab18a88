# SPDX-License-Identifier: BSD-3-Clause
"""Reports on hundreds of made-up tables: every sentence and every table on each page is recomputed from its data.

    python ci/fuzz/reports.py [--cases N] [--seed S]

The tables are of all kinds: business tables, blobs, counts, ratings, flags, codes, text, names, dates, places on the
globe; with missing and repeated values, far from zero, of four rows or of many, with groups and without. What must
hold is stated in tests/reference/reports.py: a sentence that has no known form fails, as does one that is not true.
"""

from __future__ import annotations

import argparse
import io
import sys
import traceback
import warnings
from collections import Counter
from pathlib import Path

import coterie
from coterie.report import _write_report

sys.path.append(str(Path(__file__).parents[2] / "tests"))
from reference.mixed_tables import made_table
from reference.reports import check_page


def check(seed: int) -> Counter:
    """Write a report, and check its page; counts the forms of what was said."""
    _, table, options = made_table(seed)
    rows = [list(row) for row in zip(*table.values(), strict=True)]
    page = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = coterie.write_report(rows, page, **options)
        except ValueError as error:
            assert "is needed" in str(error) or "are needed" in str(error) or "no column" in str(error), error
            return Counter()
    named = {f"x{j}": column for j, column in enumerate(table.values())}
    return check_page(page.getvalue(), found, named, options["noun"]).seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    _write_report.matplotlib_is_there = lambda: False
    seen: Counter = Counter()
    failed = 0
    for seed in range(options.seed, options.seed + options.cases):
        try:
            seen += check(seed)
        except AssertionError:
            failed += 1
            print(f"table {seed}, {made_table(seed)[0]}:\n{traceback.format_exc(limit=-2)}")
    print(f"{options.cases:,} tables, {failed:,} failed; {len(seen):,} forms of sentences and tables")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
