# SPDX-License-Identifier: BSD-3-Clause
"""Small example data; SOURCES.md says where each file is from."""
