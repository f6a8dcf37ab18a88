# SPDX-License-Identifier: BSD-3-Clause
"""scikit-learn's contract for estimators, without importing scikit-learn.

`Estimator` has parameters and reads data; `Transformer` adds what its kind adds, and clusterers have a module of their
own. scikit-learn is imported only by methods that it alone calls, or that make no sense without it.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import sys
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from . import model_files
from .arrays import as_matrix
from .atomic import replacing
from .containers import native
from .exceptions import NotFittedError, also_sklearns
from .html import element, table
from .notebook import LONGEST_CELL, Card, InNotebooks
from .optional import how_to_install
from .parameters import Rule, check_parameters, integer
from .state import ABSENT, TEXTS, Array, check_state
from .tables.columns import check_column_names, check_n_features, column_names
from .wording import count, shortened, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .typing import ArrayLike

_LONGEST_CHANGED = 40  # characters of a value beside others
UNCHANGED = "$UNCHANGED$"  # scikit-learn's word for "leave this request as it is"


class Estimator(InNotebooks):
    """Parameters, their text form, and the data that fit and its followers read.

    A subclass assigns each constructor parameter to the attribute of that name and nothing else, states `_rules`
    (which values each may take), `_metadata` (which arguments of which methods scikit-learn may route) and `_state`
    (what fit leaves, see `check_state`; `_check_relations` adds what that can't say), and ends `fit` with one call of
    `_become`.
    """

    _rules: dict[str, tuple[Rule, ...]] = {}
    _metadata: dict[str, tuple[str, ...]] = {}
    _state: dict[str, tuple[Rule | Array, ...]] = {
        "n_features_in_": (integer(1),),
        "feature_names_in_": (Array(TEXTS, ("n_features_in_",)), ABSENT),
    }
    _settings: dict[
        str, tuple[Rule | Array, ...]
    ] = {}  # the same for attributes that are neither parameters nor of a fit

    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    @classmethod
    @functools.cache
    def _defaults(cls) -> dict[str, object]:
        """Names and defaults of the constructor's parameters."""
        parameters = inspect.signature(cls).parameters.values()
        return {each.name: each.default for each in parameters if each.kind is not each.VAR_KEYWORD}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters of this estimator.

        Parameters
        ----------
        deep : bool, default=True
            Also return the parameters of parameters that are estimators, as ``name__parameter``.

        Returns
        -------
        dict
            Parameter names mapped to their values.
        """
        params = {}
        for name in self._defaults():
            value = params[name] = getattr(self, name)
            if deep and hasattr(value, "get_params") and not isinstance(value, type):
                params.update((f"{name}__{key}", each) for key, each in value.get_params().items())
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters of this estimator.

        Parameters
        ----------
        **params : dict
            Parameter names with their new values. If a parameter is an estimator, ``name__parameter`` sets one of its
            parameters.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            A parameter does not exist. In this case no parameter is set.
        """
        valid = self._defaults()
        nested: dict[str, dict[str, Any]] = {}
        for key, value in params.items():
            name, inside, rest = key.partition("__")
            if name not in valid:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {shown(self)}. Valid parameters are: {sorted(valid)!r}."
                )
            if inside:
                nested.setdefault(name, {})[rest] = value
        for key, value in params.items():
            if "__" not in key:
                setattr(self, key, value)
        for name, inner in nested.items():
            getattr(self, name).set_params(**inner)
        return self

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({', '.join(f'{name}={_short(value)}' for name, value in self._changed().items())})"
        )

    def _changed(self) -> dict[str, Any]:
        """The parameters that are not as by default."""
        values = {name: getattr(self, name) for name in self._defaults()}
        return {
            name: value
            for name, value in values.items()
            if value is not (default := self._defaults()[name]) and repr(value) != repr(default)
        }

    def _card(self) -> Card:
        params, changed = self.get_params(deep=False), self._changed()
        rows = [[name, shortened(_short(value), LONGEST_CELL)] for name, value in params.items()]
        marked = [i for i, name in enumerate(params) if name in changed]
        brief = ", ".join(f"{name}={shortened(_short(value), _LONGEST_CHANGED)}" for name, value in changed.items())
        parameters = element("div", table(["parameter", "value"], rows, [1], marked), class_="code")
        card = Card(
            type(self).__name__,
            state="not fitted",
            is_open=True,
            folded={f"Parameters: {brief or 'as by default'}": parameters},
        )
        if not self.__sklearn_is_fitted__():
            return card
        found = {name: self.__dict__[name] for name in self._state if name in self.__dict__ and name.endswith("_")}
        rows = [[name, _kind(value)] for name, value in found.items() if not name.startswith("_")]
        attributes = element("div", table(["attribute", "value"], rows, [1]), class_="code")
        return card._replace(
            state=f"fitted to {count(self.n_features_in_, 'column')}",
            is_open=False,
            folded={**card.folded, "Attributes": attributes},
        )

    def _get_params_html(self, *args: Any, **kwargs: Any) -> Any:
        """The parameters in scikit-learn's diagram of a pipeline, which are as its own estimators have them."""
        from sklearn.base import BaseEstimator

        return BaseEstimator._get_params_html(self, *args, **kwargs)

    def __sklearn_is_fitted__(self) -> bool:
        return "n_features_in_" in self.__dict__

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import Tags, TargetTags

        return Tags(estimator_type=None, target_tags=TargetTags(required=False))

    def get_metadata_routing(self) -> Any:
        """Return what scikit-learn's metadata routing may pass to the methods of this estimator.

        Returns
        -------
        sklearn.utils.metadata_routing.MetadataRequest
        """
        from sklearn.utils.metadata_routing import MetadataRequest, get_routing_for_object

        if "_metadata_request" in self.__dict__:
            return get_routing_for_object(self._metadata_request)
        requests = MetadataRequest(owner=self)
        for method, names in self._metadata.items():
            for name in names:
                getattr(requests, method).add_request(param=name, alias=None)
        return requests

    def _set_request(self, method: str, **aliases: bool | str | None) -> Self:
        from sklearn import get_config

        if not get_config()["enable_metadata_routing"]:
            raise RuntimeError(
                "This method is only available when metadata routing is enabled. "
                "You can enable it using sklearn.set_config(enable_metadata_routing=True)."
            )
        requests = self.get_metadata_routing()
        for name, alias in aliases.items():
            if alias != UNCHANGED:
                getattr(requests, method).add_request(param=name, alias=alias)
        self._metadata_request = requests
        return self

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the estimator to a file that `coterie.load` can read.

        The file is in numpy's npz format: it has arrays, and all other values as JSON. Unlike a pickle, it has no code.
        Numbers keep all their bits.

        Parameters
        ----------
        path : str or path-like
            The file to write, usually with the ending ``.npz``. An existing file is replaced when the new one is
            complete.

        Raises
        ------
        TypeError
            A parameter or attribute is not made of numbers, text and arrays of these, for example a function, a random
            generator or a sparse matrix; or the class is not a class of coterie.
        ValueError
            A parameter is out of range, or an attribute has a value that `fit` cannot produce.
        OSError
            The file can't be written. An existing file does not change.

        Notes
        -----
        The arrays are not compressed, and ``numpy.load`` can read them. The array ``coterie.json`` has the bytes of a
        JSON text: the version of the format, the public name of the class (``coterie.KMeans``), the parameters, and the
        attribute that each array belongs to.

        Examples
        --------
        >>> import coterie
        >>> model = coterie.KMeans(2, random_state=0).fit([[0.0], [1.0], [9.0]])
        >>> model.save("model.npz")
        >>> coterie.load("model.npz").predict([[8.0]]) == model.predict([[8.0]])
        array([ True])
        """
        with replacing(path) as file:
            model_files.save_parts(file, {"model": self})

    def fit(self, *args: Any, **kwargs: Any) -> Self:
        """Fit to data."""
        raise NotImplementedError

    # --- for subclasses

    def _check_parameters(self) -> None:
        check_parameters(type(self).__name__, self._rules, {name: getattr(self, name) for name in self._rules})

    def _check_state(self) -> None:
        """Raise ValueError if the constructor, and fit if it is fitted, cannot have produced this state."""
        owner, params = type(self).__name__, self._defaults()
        self._check_parameters()
        state = {name: value for name, value in self.__dict__.items() if name not in params}
        if self.__sklearn_is_fitted__():
            check_state(owner, {**self._settings, **self._state}, state)
            self._check_relations()
        else:
            check_state(f"{owner} that is not fitted", self._settings, state)

    def _check_relations(self) -> None:
        """Raise ValueError if attributes that `_state` allows do not match each other."""

    def _check_is_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise also_sklearns(NotFittedError)(
                f"This {type(self).__name__} instance is not fitted yet. "
                "Call 'fit' with appropriate arguments before using this estimator."
            )

    def _read(self, X: ArrayLike, **options: Any) -> tuple[NDArray[Any], dict[str, Any]]:
        """The data for fit, checked, and the attributes that describe them (for `_become`)."""
        X = native(X)
        names = column_names(X)
        array = as_matrix(X, owner=type(self).__name__, **options)
        return array, self._describe(array, names)

    def _describe(self, array: NDArray[Any], names: NDArray[np.object_] | None) -> dict[str, Any]:
        """The attributes that describe the data for fit."""
        return {"n_features_in_": array.shape[1], **({} if names is None else {"feature_names_in_": names})}

    def _read_more(self, X: ArrayLike, **options: Any) -> NDArray[Any]:
        """Data for a fitted estimator, checked against those seen by fit."""
        self._check_is_fitted()
        owner, X = type(self).__name__, native(X)
        check_column_names(column_names(X), self.__dict__.get("feature_names_in_"), owner)
        array = self._as_rows(X, owner=owner, **options)
        check_n_features(array.shape[1], self.n_features_in_, owner)
        return array

    def _as_rows(self, X: ArrayLike, **options: Any) -> NDArray[Any]:
        """Data for a fitted estimator, as `as_matrix` returns them; it takes the options."""
        return as_matrix(X, **options)

    def _become(self, **fitted: object) -> None:
        """Take over the result of fit in one step, so that an interrupted fit leaves the estimator as it was."""
        state = self.__dict__.copy()
        for name, allowed in self._state.items():
            if ABSENT in allowed:  # an earlier fit may have left it, such as names of columns
                state.pop(name, None)
        state.update(fitted)
        self.__dict__ = state


def _short(value: object) -> str:
    text = " ".join(repr(value).split())
    if len(text) > 80 and hasattr(value, "shape"):
        return f"<{type(value).__name__} of shape {value.shape}>"
    return text


def _kind(value: object) -> str:
    """A number as it is, and what an array is like."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array of shape {value.shape}"
    return f"{value:.6g}" if isinstance(value, float) else shortened(_short(value), LONGEST_CELL)


class Transformer(Estimator):
    """An estimator whose transform gives new columns, as an array or as a table on request."""

    _settings = {
        "_sklearn_output_config": (
            Rule(
                "a dict of 'transform' and 'default', 'pandas' or 'polars'",
                lambda value: value in [{"transform": name} for name in ("default", "pandas", "polars")],
            ),
            ABSENT,
        )
    }

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import TransformerTags

        tags = super().__sklearn_tags__()
        tags.transformer_tags = TransformerTags(preserves_dtype=["float64", "float32"])
        return tags

    def set_output(self, *, transform: str | None = None) -> Self:
        """Choose what `transform` and `fit_transform` return.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, default=None
            "default" returns a numpy array; the others return a table of that library. None does not change the
            setting.

        Returns
        -------
        self
        """
        if transform is not None:
            self._sklearn_output_config = {"transform": transform}  # scikit-learn's clone copies it by this name
        return self

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Return the names of the columns that `transform` gives."""
        raise NotImplementedError

    def _input_names(self, input_features: ArrayLike | None) -> NDArray[np.object_]:
        """Names of the columns that fit saw: those given if they fit, else those seen, else x0, x1, ..."""
        self._check_is_fitted()
        seen = self.__dict__.get("feature_names_in_")
        if input_features is None:
            return np.array([f"x{i}" for i in range(self.n_features_in_)], dtype=object) if seen is None else seen
        names = np.asarray(input_features, dtype=object)
        if names.ndim != 1:
            raise ValueError(f"input_features must be one-dimensional, got {shown(input_features)}")
        if seen is not None and not np.array_equal(seen, names):
            raise ValueError("input_features is not equal to feature_names_in_")
        if len(names) != self.n_features_in_:
            raise ValueError(
                "input_features should have length equal to number of features "
                f"({self.n_features_in_}), got {len(names)}"
            )
        return names

    def _as_output(self, columns: NDArray[Any], X: object) -> Any:
        """`columns`, computed from the rows of `X`, in the container that the user asked for."""
        config = self.__dict__.get("_sklearn_output_config")
        if config is None and "sklearn" in sys.modules:
            from sklearn import get_config

            config = {"transform": get_config()["transform_output"]}
        kind = config["transform"] if config else "default"
        if kind == "default":
            return columns
        if kind not in ("pandas", "polars"):
            raise ValueError(f"output config must be in ['default', 'pandas', 'polars'], got {kind}")
        try:
            library = importlib.import_module(kind)
        except ImportError:
            raise ImportError(f"transform can't return a table of {kind}: {how_to_install(kind)}") from None
        names = self.get_feature_names_out()
        if kind == "polars":
            return library.DataFrame(columns, schema=list(names), orient="row")
        index = X.index if isinstance(X, (library.DataFrame, library.Series)) else None
        return library.DataFrame(columns, index=index, columns=names, copy=False)
