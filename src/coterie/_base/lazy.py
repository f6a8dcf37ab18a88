# SPDX-License-Identifier: BSD-3-Clause
"""Properties that are computed when they are first asked for, and kept."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    lazy_property = functools.cached_property
else:

    class lazy_property(functools.cached_property):
        """`functools.cached_property` without its lock.

        Up to Python 3.11 that is one lock for all instances of the class, held while the value is computed: one thread
        would wait for the fit of another, and a child that is forked meanwhile for ever. Without it two threads that
        ask at the same time both compute the value, which is the same.
        """

        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            value = instance.__dict__[self.attrname] = self.func(instance)
            return value
