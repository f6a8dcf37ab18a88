# SPDX-License-Identifier: BSD-3-Clause
from collections.abc import Callable
from typing import Self

from typing_extensions import disjoint_base

from .work import Region

OK: int
STOPPED: int
BAD_ARGUMENT: int
NO_MEMORY: int
FAILED: int

@disjoint_base
class LentRegions:
    def __new__(cls, n_slots: int) -> Self: ...
    def lend(
        self, region: Region, n_threads: int, kernel: Callable[..., object], arguments: tuple[object, ...]
    ) -> None: ...
    @property
    def stopped(self) -> bool: ...
    def report(self, stage: str, done: int, total: int) -> None: ...
    def end(self, code: int, why: str = "") -> None: ...
