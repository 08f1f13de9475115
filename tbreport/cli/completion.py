"""The names that a shell completes, beside commands, options and files."""

from __future__ import annotations

from collections.abc import Iterable


def detectors(incomplete: str) -> list[str]:
    from tbreport.analysis.detector import every_detector

    return beginning(incomplete, (found.name for found in every_detector()))


def manuals(incomplete: str) -> list[str]:
    """Detectors, the gate's finding and errors: what `tbreport explain` has a manual of."""
    from tbreport.errors import every_error
    from tbreport.gate.manual import NAME

    others = beginning(incomplete, (NAME, *(error.slug() for error in every_error())))
    return [*detectors(incomplete), *others]


def formats(incomplete: str) -> list[str]:
    from tbreport.report.formats import FORMATS

    return beginning(incomplete, FORMATS)


def beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    """The names that begin with what is typed so far."""
    return [name for name in names if name.startswith(incomplete)]
