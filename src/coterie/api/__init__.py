# SPDX-License-Identifier: BSD-3-Clause
"""The C-level interface: coterie in the C, C++ or Cython code of another library.

`C_API` is a capsule of the table of functions that ``coterie.h`` describes; the header's ``coterie_import()`` fetches
it, and ``cimport coterie.api`` declares it for Cython. `coterie.get_include` names the folder of the header.

`_functions` has what takes Python: each of its functions runs as a job (`_runtime/jobs.py`). The kernel `table` checks
the arguments, makes the jobs and holds the table. Jobs that need no Python lie with their kernels, such as `jobs` of
kmeans. Another function goes to the end of the table, and the minor number of the table grows.
"""

# Lower packages as a whole, and first; see density/__init__.py.
from .. import __version__, density, distances, hierarchy, kmeans, neighbors  # noqa: F401
from . import _functions
from ._kernels import table

__all__ = ["C_API"]

C_API = table.capsule(__version__, _functions)
