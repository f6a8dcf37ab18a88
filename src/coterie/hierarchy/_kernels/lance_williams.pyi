# SPDX-License-Identifier: BSD-3-Clause
METHODS: dict[str, int]
