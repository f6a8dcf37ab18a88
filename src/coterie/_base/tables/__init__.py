# SPDX-License-Identifier: BSD-3-Clause
"""Tables: their columns, and what these are.

`mixed` reads the columns of a table of any library, and turns categories into numbers (`TableCode`); `columns` has
their names. `kinds` tells what each column is, and everything that treats columns by their kind asks there: from the
values (`kinds_of_numbers`, `kinds_of_texts`), from the name (`kind_hints`), and from what the user says. `table` is
what is read from a file.
"""
