"""tbreport: post-hoc analysis, reports and a CI gate for TensorBoard event files.

>>> import tbreport
>>> experiment = tbreport.load("runs/")
>>> experiment.scalars  # run, tag, step, wall_time, value

Names are imported when they are first used, so that `import tbreport` stays cheap.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tbreport.analysis.examination import detect
    from tbreport.errors import TbreportError
    from tbreport.experiment import Experiment, load
    from tbreport.gate.judge import judge
    from tbreport.model import Finding, HistogramSeries, Problem, Run, RunDigest, Series
    from tbreport.pipeline import summarize

__version__ = "0.1.0"

# name → the module that has it
PUBLIC = {
    "Experiment": "tbreport.experiment",
    "Finding": "tbreport.model",
    "HistogramSeries": "tbreport.model",
    "Problem": "tbreport.model",
    "Run": "tbreport.model",
    "RunDigest": "tbreport.model",
    "Series": "tbreport.model",
    "TbreportError": "tbreport.errors",
    "detect": "tbreport.analysis.examination",
    "judge": "tbreport.gate.judge",
    "load": "tbreport.experiment",
    "summarize": "tbreport.pipeline",
}

__all__ = [
    "Experiment",
    "Finding",
    "HistogramSeries",
    "Problem",
    "Run",
    "RunDigest",
    "Series",
    "TbreportError",
    "detect",
    "judge",
    "load",
    "summarize",
]


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        raise AttributeError(f"module 'tbreport' has no attribute {name!r}")
    return getattr(importlib.import_module(PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *PUBLIC])
