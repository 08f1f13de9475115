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
    from tbreport.gate.model import Baseline, Policy, Verdict
    from tbreport.model import Finding, HistogramSeries, Problem, Run, RunDigest, Series
    from tbreport.options import Options
    from tbreport.pipeline import summarize
    from tbreport.report.document import Report

__version__ = "0.1.0"

# name → the module that has it
PUBLIC = {
    "Baseline": "tbreport.gate.model",
    "Experiment": "tbreport.experiment",
    "Finding": "tbreport.model",
    "HistogramSeries": "tbreport.model",
    "Options": "tbreport.options",
    "Policy": "tbreport.gate.model",
    "Problem": "tbreport.model",
    "Report": "tbreport.report.document",
    "Run": "tbreport.model",
    "RunDigest": "tbreport.model",
    "Series": "tbreport.model",
    "TbreportError": "tbreport.errors",
    "Verdict": "tbreport.gate.model",
    "detect": "tbreport.analysis.examination",
    "judge": "tbreport.gate.judge",
    "load": "tbreport.experiment",
    "summarize": "tbreport.pipeline",
}

__all__ = [
    "Baseline",
    "Experiment",
    "Finding",
    "HistogramSeries",
    "Options",
    "Policy",
    "Problem",
    "Report",
    "Run",
    "RunDigest",
    "Series",
    "TbreportError",
    "Verdict",
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
