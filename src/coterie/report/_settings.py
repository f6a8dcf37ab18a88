# SPDX-License-Identifier: BSD-3-Clause
"""What was asked for, by the command or from Python."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """What was asked for.

    kinds : columns whose kinds the user gave; chosen: whether the user chose the columns
    n_clusters : the numbers of clusters to look at; one number is used as it is
    missing : what to do about missing values, "auto", "drop" or "median"
    scale : a method of `coterie.scaling.Scaler`
    noun : what the rows are, in the plural
    """

    kinds: Collection[str] = ()
    chosen: bool = False
    n_clusters: Sequence[int] | None = None
    missing: str = "auto"
    scale: str = "auto"
    noun: str = "rows"
    seed: int = 0
    n_jobs: int | None = None
