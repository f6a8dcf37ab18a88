# SPDX-License-Identifier: BSD-3-Clause
from types import ModuleType

from typing_extensions import CapsuleType

def capsule(version_text: str, module: ModuleType) -> CapsuleType: ...
