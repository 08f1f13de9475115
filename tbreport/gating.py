"""gate: candidate paths and a baseline in, one Report with its Verdict out.

As `pipeline.summarize`, with a baseline beside it: a file that `tbreport baseline` wrote, or
folders of runs. Of the tags that are compared all points stay until the verdict is reached.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tbreport import __version__
from tbreport.analysis.digest import Plan, plan_for, shown
from tbreport.analysis.thin import thin
from tbreport.dating import source_date
from tbreport.errors import NothingToCompare
from tbreport.gate import expressions
from tbreport.gate.baseline import read
from tbreport.gate.collecting import build, tags_to_keep
from tbreport.gate.deciding import read_first
from tbreport.gate.jobs import by_job
from tbreport.gate.judge import judge
from tbreport.gate.model import Baseline, Policy, Verdict
from tbreport.gate.sketching import Cadences, faint, sketch
from tbreport.judging import Crash, Judges, noting
from tbreport.model import Run, RunDigest
from tbreport.options import Options, call, public, told
from tbreport.reader import logdir
from tbreport.reader.load import Advance, read_blob
from tbreport.reader.logdir import Logdir
from tbreport.reading import reading, refuse_nothing
from tbreport.report import gating
from tbreport.report.document import Report, Section
from tbreport.report.headline import dated, summary
from tbreport.wording import masked, natural

TITLE = "Training gate"
EVERYTHING = (".*",)
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reading:
    """How runs are read, and who is told of it."""

    options: Options
    begin: Callable[[Logdir], None] = lambda found: None
    advance: Advance = lambda file: None
    crashes: list[Crash] | None = None


def gate(
    *paths: str | Path,
    policy: Policy,
    reading_of: Reading,
    first: Path | None = None,
    closely: bool = True,
    asked: Mapping[str, Any] = NOTHING,
) -> Report:
    """Judge the runs under the paths by a policy and make the report of it.

    Args:
        first: the JSON of an earlier call whose failures these runs are to confirm.
        closely: whether a candidate that passes is looked at by every detector and drawn; one
            that does not always is. Without, the report of a pass has the verdict alone.
        asked: the options of the command line that were given, for whoever calls it again.

    Raises:
        LogdirError: nothing is there, or no point could be read from any file.
        SettingsError: the policy, a baseline or `first` cannot be used.
        NothingToCompare: the two sides have no job or no metric in common.
    """
    earlier = read_first(first) if first else ()
    closely = closely or policy.fail_on is not None or policy.fail_on_damage
    digests, baselines, found, judges = both_sides(paths, policy, reading_of, closely=closely)
    verdict = judge(digests, baselines, policy, earlier)
    title = reading_of.options.title or titled(policy.key)
    if not closely and verdict.outcome == "pass":
        return verdict_alone(verdict, digests, found, title)
    if not closely:
        again = replace(reading_of, begin=lambda found: None, advance=lambda file: None)
        digests, found, judges = digests_of(paths, again, keep=())
    from tbreport.report.sections import compose  # of everything that is drawn: 0.1 s

    plan = plan_for(len(digests))
    return compose(
        [drawn(digest, plan) for digest in digests],
        title=title,
        version=__version__,
        created_at=source_date(),
        findings=judges.of_all(digests, found, reading_of.crashes),
        problems=found.problems,
        detectors=judges.names(digests),
        verdict=verdict,
        recipe={"command": command(paths, asked), "settings": told(reading_of.options.settings)},
    )


def titled(key: Mapping[str, str]) -> str:
    """The usual title; a comment is found by it, so that environments have each their own."""
    named = [f"{name}={masked(name, value) or value}" for name, value in sorted(key.items())]
    return f"{TITLE} ({', '.join(named)})" if named else TITLE


def command(paths: Sequence[str | Path], asked: Mapping[str, Any]) -> str:
    """The call that judges the same; where the runs lie is nobody's business."""
    named = logdir.inputs([str(path) for path in paths])
    places = dict.fromkeys(f"{one.label}=PATH" if one.label else "PATH" for one in named)
    baseline = [public_input(path) for path in asked.get("baseline") or ()]
    first = asked.get("confirm")
    parts = [one.partition("=") for one in asked.get("key") or ()]
    keys = [f"{name}={masked(name, value) or value}" for name, _, value in parts]
    told_alone = {"baseline": baseline, "confirm": first and public(str(first)), "key": keys}
    return call("gate", places, {**asked, **told_alone})


def public_input(text: str) -> str:
    """What a page may say of `PATH` or `NAME=PATH`."""
    pair = logdir.NAMED.fullmatch(text)
    return f"{pair['name']}={public(pair['path'])}" if pair else public(text)


def verdict_alone(
    verdict: Verdict, digests: Sequence[RunDigest], found: Logdir, title: str
) -> Report:
    """The report of the verdict and nothing else, with as much of the runs as it shows."""
    shown = tuple(sorted(map(faint, digests), key=lambda digest: natural(digest.run)))
    return Report(
        title,
        __version__,
        dated(shown, source_date()),
        gating.headline(verdict),
        summary(shown),
        (Section("gate", "Gate", gating.blocks(verdict, shown), len(verdict.checks)),),
        shown,
        verdict.findings,
        tuple(found.problems),
        {digest.run: place for place, digest in enumerate(shown)},
        verdict,
    )


def placed(report: Report, settings: Path | None, policy: Policy) -> Report:
    """The report whose failed checks know the line of the settings or baseline they come from."""
    from tbreport.gate.places import located

    assert report.verdict is not None
    files = [file for path in policy.baseline for file in stored_in(path)]
    return replace(report, verdict=located(report.verdict, settings, files, policy.key))


def both_sides(
    paths: Sequence[str | Path], policy: Policy, reading_of: Reading, *, closely: bool = True
) -> tuple[list[RunDigest], list[Baseline], Logdir, Judges]:
    """The candidate's digests and the baselines, and what else came of reading.

    Args:
        closely: False for digests by which it can be judged, and no more.

    Raises:
        NothingToCompare: there is no baseline, and nothing to judge without one.
    """
    files = {path: stored_in(path) for path in policy.baseline}
    folders = [path for path, found in files.items() if not found]
    baselines = [baseline for found in files.values() for path in found for baseline in read(path)]
    keep = EVERYTHING if folders else kept_tags(baselines, policy)
    digests, found, judges = digests_of(paths, reading_of, keep, closely=closely)
    if folders:
        baselines += from_runs(folders, digests, policy, reading_of)
    if not baselines and not policy.needs_no_baseline:
        raise NothingToCompare(
            "there is no baseline to compare with",
            hint="name one with --baseline FILE|DIR, or make it: tbreport baseline create",
        )
    return digests, baselines, found, judges


def stored_in(path: str) -> list[Path]:
    """The baseline files that a path means: itself, or those of a folder without event files."""
    if path.endswith(".json"):
        return [Path(path)]
    folder = Path(path)
    if not path or not folder.is_dir() or any(folder.rglob("*tfevents*")):
        return []
    return sorted(folder.glob("*.json"))


def digests_of(
    paths: Sequence[str | Path],
    reading_of: Reading,
    keep: tuple[str, ...] = EVERYTHING,
    *,
    detect: bool = True,
    closely: bool = True,
    texts: dict[str, str] | None = None,
) -> tuple[list[RunDigest], Logdir, Judges]:
    """Read and digest every run under the paths.

    Args:
        closely: False for sketches.
        texts: is given the last text of each tag.

    Raises:
        LogdirError: nothing is there, or no point could be read from any file.
    """
    options = reading_of.options
    judges = Judges.parse(options.settings)
    if not detect:
        judges = judges.without_detectors()
    sources = logdir.inputs([str(path) for path in paths])
    with reading(sources, options, reading_of.advance) as (found, runs):
        reading_of.begin(found)
        places = found.paths()
        plan = plan_for(len(found.folders()), keep)
        digests = []
        cadences = Cadences()
        for run in runs:
            if options.selection.takes(run.name, options.selection.runs):
                chosen = options.selection.of(run)
                if closely:
                    digests.append(judges.digest(chosen, plan, places, reading_of.crashes))
                else:
                    on_crash = noting(run.name, reading_of.crashes)
                    by = judges.of(run.name)
                    digests.append(sketch(chosen, keep, by, on_crash, cadences))
                if texts is not None:
                    texts |= texts_of(chosen, places)
    refuse_nothing(digests, found, options.selection)
    return digests, found, judges


def texts_of(run: Run, places: Mapping[str, Path]) -> dict[str, str]:
    """The last text of each tag of a run."""
    texts = sorted((blob for blob in run.blobs if blob.kind == "text"), key=lambda one: one.step)
    last = {blob.tag: blob for blob in texts}
    if not last:
        return {}
    from tbreport.reader.payload import decode

    return {
        tag: str(decode(blob, read_blob(places[blob.path], blob))) for tag, blob in last.items()
    }


def from_runs(
    folders: Sequence[str], candidates: Sequence[RunDigest], policy: Policy, reading_of: Reading
) -> list[Baseline]:
    """Baselines made on the spot of folders of runs, on grids that the candidates have too."""
    quietly = replace(reading_of, begin=lambda found: None)
    digests, _, _ = digests_of(folders, quietly, detect=False, closely=False)
    opposite = by_job(candidates, policy.group)
    return [
        build(
            job,
            policy.key,
            runs,
            tags_to_keep(runs, policy.limits),
            onto=opposite.get(job, ()),
        )
        for job, runs in by_job(digests, policy.group).items()
    ]


def kept_tags(baselines: Iterable[Baseline], policy: Policy) -> tuple[str, ...]:
    """Patterns of all tags that are compared or asked for."""
    exact = {tag for baseline in baselines for tag in baseline.grids}
    for text in policy.expressions:
        exact |= expressions.tags_of(expressions.parse(text))
    patterns = {f"^{fnmatch.translate(limit.tag)}" for limit in policy.limits}
    return tuple(sorted(patterns | {f"^{re.escape(tag)}$" for tag in exact}))


def drawn(digest: RunDigest, plan: Plan) -> RunDigest:
    """The digest with no more points than are drawn."""
    display = {}
    for tag, points in digest.display.items():
        if len(points.steps) > plan.points_per_series:
            kept = thin(points.steps, points.values, plan.points_per_series)
            points = shown(points, kept)
        display[tag] = points
    return replace(digest, display=display)
