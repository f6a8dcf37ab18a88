# SPDX-License-Identifier: BSD-3-Clause
"""Further rows for a saved model, read and treated as the rows of its fit were."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from coterie.cli._console import Problem
from coterie.cli._globe import to_radians
from coterie.cli._io.mixed import read_more_mixed
from coterie.cli._io.models import Saved
from coterie.cli._io.tables import read_more
from coterie.cli._options.scale import scale_again

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie._base.tables.table import Table


def read_further(args: argparse.Namespace, saved: Saved) -> tuple[NDArray[Any], Table]:
    """The rows as the model takes them, and the table that they are from."""
    args.missing_value = [*saved.missing_values, *args.missing_value]
    missing = args.missing or saved.missing
    if saved.code is not None:
        if missing == "median":
            raise Problem("--missing median is for numbers, and the model has categories, too: drop or keep", code=2)
        mixed = read_more_mixed(args, saved.choose, saved.code, missing)
        if mixed.numbers.names:
            scale_again(mixed.numbers, saved.scaler, args.quiet)
        return mixed.rows(), mixed.numbers
    if missing == "keep":
        raise Problem("--missing keep goes with models of kprototypes, and of kmedoids --metric gower", code=2)
    if missing == "median" and saved.medians is None:
        raise Problem(f"--missing median: no medians are in {args.model}, which Python saved without them", code=2)
    data = read_more(args, saved.choose, missing, saved.medians)
    if saved.on_globe:
        data.values = to_radians(args, data)
    scale_again(data, saved.scaler, args.quiet)
    return data.values, data
