# SPDX-License-Identifier: BSD-3-Clause
"""What a `random_state` parameter means."""

from __future__ import annotations

import os
from numbers import Integral
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence

# numpy's hidden global state, which `np.random.seed` sets; not public there, but stable and what scikit-learn uses.
_GLOBAL = np.random.mtrand._rand


def _after_fork() -> None:
    # Another thread may have been drawing, and its lock was forked with it; `threading` does so with its own.
    _GLOBAL._bit_generator.lock._at_fork_reinit()  # type: ignore[attr-defined]  # of every lock of CPython


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class _Zeros(ISeedSequence):
    """The cheapest seed there is, for a state that is about to be seeded properly."""

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> list[int]:  # type: ignore[override]
        return [0] * n_words  # numpy reads it number by number, from a list in a tenth of the time


_ZEROS = _Zeros()


def as_random_state(seed: object) -> np.random.RandomState:
    """Turn a `random_state` into a RandomState.

    None is numpy's global state, so that ``np.random.seed`` counts; an int is a fresh state; a RandomState is itself;
    a Generator lends its bit generator, so that drawing moves the Generator on.
    """
    if seed is None:
        return _GLOBAL
    if isinstance(seed, Integral):
        # RandomState(seed) would first hash entropy from the system: 80 instead of 5 microseconds, which counts
        # when a whole fit takes 200. The state is the same.
        state = np.random.RandomState(np.random.MT19937(_ZEROS))  # type: ignore[arg-type]  # takes any ISeedSequence
        state.seed(int(seed))
        return state
    if isinstance(seed, np.random.RandomState):
        return seed
    if isinstance(seed, np.random.Generator):
        return np.random.RandomState(seed.bit_generator)
    raise ValueError(f"{seed!r} cannot be used to seed a numpy.random.RandomState instance")
