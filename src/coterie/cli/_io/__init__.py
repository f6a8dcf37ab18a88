# SPDX-License-Identifier: BSD-3-Clause
"""From files to tables, and from results to files.

On the way in: `tables` reads what the arguments of a subcommand name. `sources` opens the file, looks at its first
bytes, and hands it to `csv_files`, `numpy_files` or `parquet_files`, which ask `columns` for the columns to read and
return a `coterie._base.tables.table.Table`. `csv_files` finds the header; `csv_columns` reads the numbers, block by
block; `notation` says what points and commas in them mean, and `amounts` what people write around them. `excel_files`
has `csv_files` read what `sheet_to_csv` writes. Then `kinds` says which columns are identifiers, dates, codes or
constants, and `missing` deals with missing values; `mixed` has tables of numbers and categories, with missing values in
them. `streaming` reads files batch by batch, again and again, through the same modules.

On the way out: `outputs` are the files that a subcommand writes, all or none; `results` writes labels, centers and
trees, for whose cells there is `cells`, `appending` the table with the labels, `pictures` pictures, `models` fitted
models, which it also reads.
"""
