# SPDX-License-Identifier: BSD-3-Clause
"""How lower packages reach what higher ones define: by its public name, when it is needed. They never import it."""

from __future__ import annotations

import importlib
from typing import Any


def find(name: str) -> Any:
    """What the public name ``coterie....`` stands for."""
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)
