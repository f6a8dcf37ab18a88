# SPDX-License-Identifier: BSD-3-Clause
"""The arguments that several subcommands share.

`files` says what to read, `metric` how far apart rows are, `scale` how columns are made comparable, `noise` what
becomes of noise, `run` how to compute and what to save, `results` what becomes of the labels and the summary. `values`
turns the text of an option into its value.
"""
