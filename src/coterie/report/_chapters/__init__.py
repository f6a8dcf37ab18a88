# SPDX-License-Identifier: BSD-3-Clause
"""The chapters of the page, from what was found: a file for each, with a function `chapter`; `in_short` goes first."""
