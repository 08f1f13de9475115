"""Documents made by hand: what `compose` makes of real runs, small and seeded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from tbreport.model import (
    Display,
    Finding,
    HistogramSeries,
    Role,
    RunDigest,
    Source,
    Split,
    Statistics,
)
from tbreport.report.document import (
    Block,
    Cell,
    Chart,
    Column,
    Facts,
    FindingItem,
    FindingList,
    Gallery,
    Headline,
    HistogramChart,
    Mark,
    Prose,
    Report,
    Section,
    Spark,
    Table,
    Trace,
)
from tbreport.report.sections import compose

START = 1_763_733_600.0  # s since the epoch
RUNS = ("baseline/s0", "wide-2048", "no-dropout", "fp16-noscale")
TAGS = (
    "loss/train",
    "loss/val",
    "accuracy/train",
    "accuracy/val",
    "grad_norm",
    "lr",
    "time/step",
    "time/data",
)
HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "%{x} <b>bold</b> \"quoted\" 'single' &amp; `tick`",
    '<a href="https://example.invalid/">link</a>',
)


def display(values: Sequence[float], every: int = 1, pause: float = 1.5) -> Display:
    """Points at steps 0, `every`, 2·`every`, …, `pause` seconds apart."""
    n = len(values)
    steps = np.arange(n, dtype=np.int64) * every
    return Display(steps, START + np.arange(n) * pause, np.asarray(values, np.float64))


def curve(tag: str, run: int, n: int, rng: np.random.Generator) -> Display:
    """A plausible series of a tag; the third run overfits, the fourth is lost to NaN."""
    x = np.linspace(0, 1, n)
    noise = rng.normal(0, 1, n)
    fall = np.exp(-5 * x) * 2.1 + 0.18 + 0.04 * run
    values = {
        "loss/train": fall + 0.03 * noise - (0.1 * x if run == 2 else 0),
        "loss/val": fall + 0.08 + 0.02 * noise + (0.9 * np.maximum(x - 0.35, 0) if run == 2 else 0),
        "accuracy/train": 1 - 0.75 * np.exp(-6 * x) - 0.03 * run + 0.008 * noise,
        "accuracy/val": 0.94 - 0.72 * np.exp(-6 * x) - 0.03 * run + 0.006 * noise,
        "grad_norm": np.abs(1.2 * np.exp(-2 * x) + 0.15 * noise),
        "lr": 3e-4 * (run + 1) * 0.5 * (1 + np.cos(np.pi * x)),
        "time/step": 0.21 + 0.01 * np.abs(noise),
        "time/data": 0.03 + 0.004 * np.abs(noise),
    }[tag]
    if run == 3 and tag.startswith(("loss", "grad")):
        values = np.where(np.arange(n) >= int(0.44 * n), np.nan, values)
    return display(values.astype(np.float32), every=2)


def histograms(run: str, tag: str, n: int, rng: np.random.Generator) -> HistogramSeries:
    """A distribution that spreads and splits, in `n` steps of 30 buckets."""
    edges, counts = [], []
    for row in range(n):
        share = row / max(n - 1, 1)
        spread = rng.normal(0, 0.4 + 0.5 * share, 4000)
        sample = spread + np.where(rng.random(4000) < 0.4 * share, 1.6, 0)
        count, edge = np.histogram(sample, 30)
        edges.append(edge)
        counts.append(count.astype(np.float64))
    return histogram_series(run, tag, np.arange(n, dtype=np.int64) * 25, edges, counts)


def histogram_series(
    run: str,
    tag: str,
    steps: np.ndarray,
    edges: Sequence[np.ndarray],
    counts: Sequence[np.ndarray],
) -> HistogramSeries:
    """Rows of edges and counts as one ragged series."""
    n = len(steps)
    sizes = [len(row) for row in counts]
    return HistogramSeries(
        run=run,
        tag=tag,
        source=Source(run, tag),
        steps=np.asarray(steps, np.int64),
        wall_times=START + np.arange(n) * 40.0,
        offsets=np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))),
        edges=np.concatenate(edges).astype(np.float64),
        counts=np.concatenate(counts).astype(np.float64),
        min=np.array([row[0] for row in edges], np.float64),
        max=np.array([row[-1] for row in edges], np.float64),
        num=np.array([row.sum() for row in counts], np.float64),
        sum=np.full(n, np.nan),
        sum_squares=np.full(n, np.nan),
    )


def split_of(tag: str) -> Split | None:
    return "train" if tag.endswith("train") else "val" if tag.endswith("val") else None


def statistics(tag: str, points: Display, total: int | None = None) -> Statistics:
    """A series in numbers; `total` points, of which `points` are drawn."""
    finite = points.values[np.isfinite(points.values)]
    return Statistics(
        tag=tag,
        kind="scalars",
        role=Role(tag.split("/")[0], split_of(tag), "min"),
        points=len(points.steps) if total is None else total,
        first_step=int(points.steps[0]),
        last_step=int(points.steps[-1]),
        first_wall_time=float(points.wall_times[0]),
        last_wall_time=float(points.wall_times[-1]),
        first=float(points.values[0]),
        last=float(points.values[-1]),
        min=float(finite.min()) if finite.size else None,
        max=float(finite.max()) if finite.size else None,
        best=float(finite.min()) if finite.size else None,
        nonfinite=int((~np.isfinite(points.values)).sum()),
    )


def digest(
    run: str, series: dict[str, Display], findings: tuple[Finding, ...] = (), factor: int = 1
) -> RunDigest:
    """A run of series, of each of which `factor` times as many points were read."""
    return RunDigest(
        run=run,
        folders=(run,),
        layout="folder",
        files=(),
        problems=(),
        superseded=(),
        hparams={},
        findings=findings,
        statistics=tuple(
            statistics(tag, points, len(points.steps) * factor) for tag, points in series.items()
        ),
        display=series,
        histograms={},
        pairs=(),
        first_wall_time=START,
        last_wall_time=START + 1000,
    )


@cache
def typical(
    runs: Sequence[str] = RUNS,
    tags: Sequence[str] = TAGS,
    n: int = 1000,
    n_histograms: int = 3,
    factor: int = 1,
) -> Report:
    """Four runs of eight tags, three histograms, two findings and one run that is well."""
    rng = np.random.default_rng(0)
    series = {
        run: {
            tag: curve(TAGS[number % len(TAGS)], place % 4, n, rng)
            for number, tag in enumerate(tags)
        }
        for place, run in enumerate(runs)
    }
    colors = {run: place for place, run in enumerate(runs)}
    scalars = tuple(
        Chart(
            f"scalar-{number}",
            tag,
            tag.split("/")[0] if "/" in tag else "other",
            tuple(Trace(run, tag, series[run][tag], split_of(tag)) for run in runs),
            description=f"{tag}: {len(runs)} runs",
        )
        for number, tag in enumerate(tags)
    )
    charts = tuple(
        HistogramChart(
            f"histogram-{number}",
            f"weights/fc{number}",
            "weights",
            runs[0],
            f"weights/fc{number}",
            histograms(runs[0], f"weights/fc{number}", 24, rng),
            200,
        )
        for number in range(n_histograms)
    )
    sections: tuple[tuple[str, str, Block, int | None], ...] = (
        ("findings", "Findings", FindingList(findings(runs, tags, series)), 2),
        ("runs", "Runs", runs_table(runs, tags, series), len(runs)),
        ("pairs", "Train and validation", Gallery(pairs(runs, tags, series)), len(runs)),
        ("scalars", "Scalars", Gallery(scalars), len(tags)),
        ("histograms", "Histograms", Gallery(charts), n_histograms),
        ("coverage", "Coverage", Facts((("detectors that ran", "TB201, TB301"),)), None),
        ("note", "Note", Prose("Nothing was set aside.", "muted"), None),
    )
    return Report(
        title="runs/mnist-sweep",
        version="0.1.0",
        created_at=START,
        headline=Headline("error", "2 of 4 runs are ill", "1 error, 1 warning; 12 detectors ran"),
        summary="4 runs · 8 tags · 32,000 points · 4 files, 2.1 MB",
        sections=tuple(Section(id, title, (block,), n) for id, title, block, n in sections),
        runs=tuple(digest(run, series[run], factor=factor) for run in runs),
        colors=colors,
    )


def finding(code: str, run: str = "r", accepted: str = "", until: str = "") -> Finding:
    """A warning with nothing but its code."""
    return Finding(
        code, "name", "warning", run, (), (5, 10), "message", {}, "", "", accepted, until
    )


def findings(
    runs: Sequence[str], tags: Sequence[str], series: dict[str, dict[str, Display]]
) -> tuple[FindingItem, ...]:
    """A loss lost to NaN in the last run, overfitting in the last but one."""
    train, val = tags[0], tags[1]
    lost = series[runs[-1]][train]
    first = int(lost.steps[np.argmax(~np.isfinite(lost.values))])
    end = int(lost.steps[-1])
    overfit = series[runs[-2]][val]
    best = int(overfit.steps[np.nanargmin(overfit.values)])
    return (
        FindingItem(
            Finding(
                "TB201",
                "nonfinite-value",
                "error",
                runs[-1],
                (train,),
                (first, end),
                f"{train} is NaN from step {first} on",
                {"last_finite": 0.41, "last_finite_step": first - 2, "gradient_norm": 6.1e4},
                "Lower the learning rate or clip gradients; resume before the last finite step.",
            ),
            "tb201",
            Chart(
                "evidence-tb201",
                train,
                "",
                (Trace(runs[-1], train, lost, "train"),),
                (Mark((first, end), "error", f"NaN from {first}"),),
                f"{train} of {runs[-1]}",
            ),
        ),
        FindingItem(
            Finding(
                "TB301",
                "overfitting",
                "warning",
                runs[-2],
                (train, val),
                (best, end),
                f"{val} is 58 % above its best while {train} kept falling",
                {"best_step": best, "rise_percent": 58.1, "spent_after_s": 1140.0},
                f"Keep the checkpoint of step {best}. Dropout, weight decay or early stopping.",
            ),
            "tb301",
            Chart(
                "evidence-tb301",
                f"{train} and {val}",
                "",
                (
                    Trace(runs[-2], train, series[runs[-2]][train], "train"),
                    Trace(runs[-2], val, overfit, "val"),
                ),
                (
                    Mark((best, end), "warning", "overfitting"),
                    Mark((best, best), "plain", f"best {best}"),
                ),
                f"{train} and {val} of {runs[-2]}",
            ),
        ),
    )


def pairs(
    runs: Sequence[str], tags: Sequence[str], series: dict[str, dict[str, Display]]
) -> tuple[Chart, ...]:
    """Training against validation loss, a chart a run."""
    return tuple(
        Chart(
            f"pair-{place}",
            run,
            "loss",
            (
                Trace(run, tags[0], series[run][tags[0]], "train"),
                Trace(run, tags[1], series[run][tags[1]], "val"),
            ),
        )
        for place, run in enumerate(runs)
    )


def runs_table(
    runs: Sequence[str], tags: Sequence[str], series: dict[str, dict[str, Display]]
) -> Table:
    """A row a run: status, steps, and the losses with their sparklines."""
    columns = (
        Column("run"),
        Column("status"),
        Column("steps", "right"),
        Column("loss train"),
        Column("last", "right"),
        Column("loss val"),
        Column("last", "right"),
        Column("at", "right", optional=True),
    )
    states = [Cell("healthy", tone="ok")] * (len(runs) - 2) + [
        Cell("overfitting", tone="warning"),
        Cell("nonfinite-value", tone="error"),
    ]
    rows = []
    for run, state in zip(runs, states, strict=True):
        cells = [Cell(run), state, Cell("1,998", 1998)]
        for tag in tags[:2]:
            values = series[run][tag].values
            last = float(values[-1])
            cells.append(Cell("", spark=Spark(tuple(values[::25].tolist()), run, f"{tag}: {run}")))
            cells.append(
                Cell(f"{last:.3g}", last, "plain") if last == last else Cell("NaN", tone="error")
            )
        rows.append((*cells, Cell("1,200", 1200, "muted")))
    return Table(columns, tuple(rows), tuple(runs))


@cache
def hostile() -> Report:
    """Names that try to leave their place: in runs, tags, titles, messages and advice."""
    runs = (*HOSTILE, "plain")
    report = typical(runs, (*HOSTILE, *TAGS[3:]), n=60, n_histograms=1)
    return replace(report, title=HOSTILE[0], summary=HOSTILE[1])


def crowded(n_runs: int, tags: Sequence[str] = TAGS, n: int = 100) -> Report:
    """What `compose` makes of many runs of a sweep, every twentieth of them ill."""
    rng = np.random.default_rng(0)
    digests = []
    for place in range(n_runs):
        run = f"sweep/lr-{place % 10}/run-{place:04}"
        series = {
            tag: curve(TAGS[number % len(TAGS)], place % 3, n, rng)
            for number, tag in enumerate(tags)
        }
        steps = (n, 2 * n - 2)
        message = f"{tags[1]} is above its best"
        ill = Finding("TB301", "overfitting", "warning", run, (tags[1],), steps, message, {}, "")
        digests.append(digest(run, series, (ill,) if place % 20 == 0 else ()))
    return compose(
        digests, title="runs/sweep", version="0.1.0", detectors={"TB301 overfitting": ""}
    )
