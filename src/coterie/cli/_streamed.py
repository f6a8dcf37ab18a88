# SPDX-License-Identifier: BSD-3-Clause
"""Clusters of a file that is read batch by batch: a pass for a sample, one for the fit, and one for the labels."""

from __future__ import annotations

import argparse
import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie._base.wording import count
from coterie.cli._console import note
from coterie.cli._io.sources import naming_errors, source_name
from coterie.cli._io.streaming import Stream
from coterie.cli._io.tables import read_file

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie._base.tables.table import Table
    from coterie.scaling import Scaler


class Streamed:
    """A file that is read batch by batch.

    Attributes
    ----------
    table : a sample of the rows; all rows, where they are few. Who scales it scales all rows
    """

    def __init__(self, args: argparse.Namespace) -> None:
        self._file = source_name(args.file)
        self._stream = Stream(args)
        self.table: Table = read_file(args, stream=self._stream)
        if self._stream.is_sampled and not args.quiet:
            note(
                f"what columns are, and how to scale them, is decided by {count(len(self.table.values), 'row')} of "
                f"{self._stream.n_rows:,}"
            )

    def fit(self, model: Any, scaler: Scaler) -> Any:
        """Fit a MiniBatchKMeans to all rows, and give it their labels.

        The table is told which rows of the file have one. Returns the model with the labels of the rows in the table.
        """
        model.fit_batches(values for values, _ in self._scaled(scaler) if len(values))
        labels = np.empty(self._stream.n_rows, np.int32)
        kept = np.empty(self._stream.n_rows, np.bool_)
        start, inertia = 0, 0.0
        for values, is_kept in self._scaled(scaler):
            stop = start + len(is_kept)
            kept[start:stop] = is_kept
            if len(values):
                labels[start:stop][is_kept] = model.predict(values)
                inertia -= model.score(values)
            start = stop
        self.table.kept = None if kept.all() else kept
        model.labels_, model.inertia_ = labels[kept], inertia
        of_table = copy.copy(model)
        of_table.labels_ = model.predict(self.table.values)
        return of_table

    def _scaled(self, scaler: Scaler) -> Iterator[tuple[NDArray[np.floating], NDArray[np.bool_]]]:
        """Batches of rows without those that are left out; and which are not."""
        for values, kept in self._stream.batches(self.table.names):
            with naming_errors(self._file):  # such as of a number that the sample does not have
                scaled = scaler.transform(values) if len(values) else values
            yield scaled, kept
