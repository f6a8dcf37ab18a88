# SPDX-License-Identifier: BSD-3-Clause
"""Files that hold fitted models: numpy's npz, with numbers as arrays and the rest as JSON. Nothing in them is run."""
from __future__ import annotations

import dataclasses
import importlib
import os
from typing import Any

import numpy as np

from ._atomic import replacing

FORMAT = 1
_TREE = "coterie.json"
# Keys of JSON objects that stand for what JSON has not.
_ARRAY, _TEXTS, _TUPLE, _RECORD = "$array", "$texts", "$tuple", "$record"


def write(path: str | os.PathLike, tree: dict[str, Any]) -> None:
    """Write `tree`: dicts, lists, tuples, arrays, numbers, texts, None, and dataclasses of this package.

    Raises TypeError for anything else, saying where it is. What is at `path` is replaced in one step.
    """
    import json

    arrays: dict[str, np.ndarray] = {}
    text = json.dumps({"format": FORMAT, **_encode(tree, "", arrays)})
    with replacing(path) as file:
        np.savez(file, **{_TREE: np.frombuffer(text.encode(), np.uint8)}, **arrays)


def read(path: str | os.PathLike) -> dict[str, Any]:
    """What `write` wrote. Raises ValueError if it is anything else."""
    import json  # here, as these two take longer to import than all of this package
    import zipfile
    import zlib

    try:
        with open(path, "rb") as file:
            if not zipfile.is_zipfile(file):
                raise ValueError("it is no npz file")
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive:
                if _TREE not in archive.files:
                    raise ValueError("it has other arrays")
                tree = json.loads(archive[_TREE].tobytes())
                if tree.pop("format") > FORMAT:
                    raise ValueError("it was written by a later version of coterie")
                return _decode(tree, archive)
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error,
            RuntimeError) as error:  # the last of zip files with a password or of a kind that Python can't read
        raise no_model(path, error) from error


def no_model(path: str | os.PathLike, why: object) -> ValueError:
    return ValueError(f"{os.fspath(path)!r} is not a model saved by coterie: {why}")


def _encode(value: Any, place: str, arrays: dict[str, np.ndarray]) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic) and value.dtype.kind in "biufU":
        return value.item()
    if isinstance(value, np.ndarray):
        kind = _ARRAY
        if value.dtype == object and all(isinstance(each, str) for each in value.flat):
            kind, value = _TEXTS, value.astype(str)  # names of columns
        if value.dtype.kind in "biufU":
            arrays[place] = value
            return {kind: place}
    if isinstance(value, dict) and all(isinstance(key, str) and not key.startswith("$") for key in value):
        return {key: _encode(each, f"{place}/{key}".lstrip("/"), arrays) for key, each in value.items()}
    if isinstance(value, list | tuple):
        items = [_encode(each, f"{place}/{i}", arrays) for i, each in enumerate(value)]
        return items if isinstance(value, list) else {_TUPLE: items}
    if dataclasses.is_dataclass(value) and type(value).__module__.startswith("coterie."):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {_RECORD: f"{type(value).__module__}:{type(value).__name__}", **_encode(fields, place, arrays)}
    raise TypeError(f"{place} is a {type(value).__name__}, which can't be saved without pickle: only numbers, texts, "
                    "arrays of them and what is made of these can.")


def _decode(value: Any, archive: Any) -> Any:
    if isinstance(value, list):
        return [_decode(each, archive) for each in value]
    if not isinstance(value, dict):
        return value
    if _ARRAY in value:
        return archive[value[_ARRAY]]
    if _TEXTS in value:
        return archive[value[_TEXTS]].astype(object)
    if _TUPLE in value:
        return tuple(_decode(value[_TUPLE], archive))
    fields = {key: _decode(each, archive) for key, each in value.items() if key != _RECORD}
    if _RECORD in value:
        record = find_class(value[_RECORD])
        if not dataclasses.is_dataclass(record):
            raise ValueError(f"{value[_RECORD]} is no record")
        return record(**fields)
    return fields


def find_class(name: str) -> type:
    """The class of this package that is called `name`, as ``module:class``. A file must not name any other."""
    module, _, attribute = name.partition(":")
    if not module.startswith("coterie."):
        raise ValueError(f"{name!r} is not of coterie")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError):
        found = None
    if not isinstance(found, type) or found.__module__ != module:
        raise ValueError(f"this version of coterie has no {name}")
    return found

