"""Docstrings are the contract: every public function shows how it is used."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import recoup

# Contracts (nothing to run) and commands (docs/reference.md shows those).
EXEMPT = ("recoup.contracts", "recoup.cli", "recoup.__main__", "recoup.sweep.worker")


def public() -> Iterator[tuple[str, object]]:
    """Yield every public function and class with its name."""
    for module_info in pkgutil.walk_packages(recoup.__path__, "recoup."):
        if module_info.name.startswith(EXEMPT):
            continue
        module = importlib.import_module(module_info.name)
        for name, thing in vars(module).items():
            own = getattr(thing, "__module__", None) == module_info.name
            if own and not name.startswith("_") and inspect.isfunction(thing):
                yield f"{module_info.name}.{name}", thing


def test_every_public_function_is_documented() -> None:
    """A docstring each."""
    assert not [name for name, thing in public() if not inspect.getdoc(thing)]


def test_public_functions_have_an_example() -> None:
    """Every function that users are offered has a doctest."""
    offered = [getattr(recoup, name) for name in recoup.__all__]
    for module in ("codecs", "filters", "metrics"):
        offered += [
            thing
            for name, thing in vars(importlib.import_module(f"recoup.{module}")).items()
            if not name.startswith("_")
            and inspect.isroutine(thing)
            and thing.__module__.startswith("recoup")
        ]
    assert not [f.__name__ for f in offered if ">>>" not in (inspect.getdoc(f) or "")]
