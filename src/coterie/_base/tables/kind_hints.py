# SPDX-License-Identifier: BSD-3-Clause
"""What the name of a column says about its values. Values decide; a name only settles what they leave open."""

from __future__ import annotations

import re
from typing import NamedTuple

KINDS = (
    "amount",
    "long_tail",
    "count",
    "ordinal",
    "binary",
    "category",
    "identifier",
    "date",
    "latitude",
    "longitude",
    "constant",
    "text",
)


class ColumnKind(NamedTuple):
    """What a column is.

    Attributes
    ----------
    kind : str
        One of 'amount', 'long_tail', 'count', 'ordinal', 'binary', 'category', 'identifier', 'date', 'latitude',
        'longitude', 'constant' and 'text'; `column_kinds` says what they mean.
    reason : str
        What in the column says so.
    doubt : str
        What speaks against it, or is odd about the values; empty where nothing is.
    """

    kind: str
    reason: str
    doubt: str = ""


ColumnKind.__module__ = "coterie"  # where users and pickles find it

_COUNTED = re.compile(r"n|num|no|nr|number|count|cnt")  # as the first word: n_visits, number of visits
_NAMED = ("id", "ids", "uid", "uuid", "guid", "key", "nr", "no", "number")  # as the last word: customer_id
_ROWS = ("index", "idx", "row")  # as the only word
_WORDS = {
    "latitude": "lat latitude",
    "longitude": "lon lng long longitude",
    "date": "date datetime timestamp year",
    "code": "code codes zip zipcode postcode postal plz sku isbn ean gtin phone telephone iban",
    "ordinal": "rating ratings stars satisfaction grade level likert stage score rank",
    "category": "type class group category region channel segment cluster label kind country gender sex species "
    "department branch store shop state sector protocol service",
    "amount": "age pct percent percentage rate share ratio price income salary revenue spend weight height",
    "count": "count counts visits items children quantity qty orders purchases clicks calls tickets persons people "
    "members party logins returns products categories",
}


def hint(name: str) -> str:
    """The kind that a name suggests, 'code' for codes of places and products, or '' for none."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower())
    if not words:
        return ""
    if len(words) > 1 and _COUNTED.fullmatch(words[0]):
        return "count"
    if words[-1] in _NAMED or (len(words) == 1 and words[0] in _ROWS):
        return "identifier"
    return next((kind for kind, known in _WORDS.items() if not set(words).isdisjoint(known.split())), "")
