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
    import numpy as np
    from numpy.typing import NDArray


def read_further(
    args: argparse.Namespace, saved: Saved, missing: str | None
) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """The rows as the model takes them, and which rows of the file they are (None: all).

    missing : what to do about missing values; None: what was done at the fit
    """
    args.missing_value = [*saved.missing_values, *args.missing_value]
    if saved.code is not None:
        if missing is not None:
            raise Problem("--missing does not go with a model that takes missing values as they are", code=2)
        mixed = read_more_mixed(args, saved.choose, saved.code)
        if mixed.numbers.names:
            scale_again(mixed.numbers, saved.scaler, args.quiet)
        return mixed.rows(), None
    missing = missing or saved.missing
    if missing == "median" and saved.medians is None:
        raise Problem(f"--missing median: no medians are in {args.model}, which Python saved without them", code=2)
    data = read_more(args, saved.choose, missing, saved.medians)
    if saved.on_globe:
        data.values = to_radians(args, data)
    scale_again(data, saved.scaler, args.quiet)
    return data.values, data.kept
