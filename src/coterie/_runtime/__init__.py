# SPDX-License-Identifier: BSD-3-Clause
"""What every kernel stands on: threads, progress, memory, and the C of the machine.

`threads` decides how many threads work. `parallel` hands them chunks of work, and lets Ctrl-C, `progress` and
cancelling through. `jobs` turns functions of Python into jobs, whose regions the threads of other programs work on.
`memory` computes whether what is needed fits; `cgroup` reads the limits of containers for both. `strips` cuts rows so
that sums are added in a fixed order; `spaces` keeps apart what threads write to. `thresholds` says when one way of
computing gives place to another.

`_kernels` holds what other kernels cimport: the counter of chunks (`work`), jobs (`job`), gates where threads sleep
(`gate`, `park.h`), names for vector operations (`simd`), types, bits, a heap, and two union-finds.

Nothing here knows of clustering. A new way to run a kernel goes into `parallel`, never into the module that calls it.
"""
