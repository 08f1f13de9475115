"""The report in a sentence, and what was read in a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from tbreport import wording
from tbreport.model import SEVERITIES, Finding, RunDigest, Severity
from tbreport.report import runs
from tbreport.report.document import Headline

OF_FILES = "TB1"  # codes of detectors that look at files
MOST_NAMED = 6  # illnesses


def headline(
    digests: Sequence[RunDigest], findings: Sequence[Finding], detectors: Mapping[str, str] | None
) -> Headline:
    """The one sentence a hurried reader takes home."""
    counts = {s: sum(f.severity == s and not f.accepted for f in findings) for s in SEVERITIES}
    accepted = sum(bool(finding.accepted) for finding in findings)
    worst: Severity | None = next((s for s in reversed(SEVERITIES) if counts[s]), None)
    total = len(digests)
    ill = sum(digest.worst in ("warning", "error") for digest in digests)
    parts = [wording.count(counts["error"], "error"), wording.count(counts["warning"], "warning")]
    parts = [part for part in parts if not part.startswith("0 ")]
    if counts["info"]:
        parts.append(f"{counts['info']:,} for information")
    if accepted:
        parts.append(f"{accepted:,} accepted")
    reasons = (detectors or {}).values()
    blind = sum(map(bool, reasons))
    ran = wording.count(len(reasons) - blind, "detector") + " ran"
    also = f", {blind:,} could not look" if blind else ""
    detail = f"{', '.join(parts) or 'no findings'}; {ran}{also}"
    if ill:
        which = f"{ill:,} of {wording.count(total, 'run')} {'is' if ill == 1 else 'are'} ill"
        of = illnesses(digests, ill)
        title = which if total > 1 else "The run is ill"
        return Headline(worst, title, f"{of}; {detail}" if of else detail)
    grave = [f for f in findings if f.severity in ("warning", "error") and not f.accepted]
    if any(finding.code.startswith(OF_FILES) for finding in grave):
        return Headline(worst, "Some files could not be read whole", detail)
    if grave:  # of all runs together: information, unless the settings say otherwise
        return Headline(worst, "The runs together show a sign of illness", detail)
    reason = why_unjudged(digests)
    if reason:
        return Headline(worst or "info", f"No run could be judged: {reason}", detail)
    unjudged = sum(not runs.is_judged(digest) for digest in digests)
    but = f"; {unjudged:,} could not be judged" if unjudged else ""
    which = "The run shows" if total == 1 else f"None of {wording.count(total, 'run')} shows"
    what = "no sign of illness" if total == 1 else "a sign of illness"
    return Headline(None if worst == "info" else worst, f"{which} {what}{but}", detail)


def illnesses(digests: Sequence[RunDigest], ill: int) -> str:
    """Of what the runs are ill, and how many: "overfitting in 4, loss-spike in 2".

    The commonest first, and of those as common what is an error.
    """
    found = Counter(name for digest in digests for name in runs.leads(digest))
    errors = {f.name for digest in digests for f in digest.findings if f.severity == "error"}
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0] not in errors))
    return wording.listed(
        [f"{name} in {n:,}" if ill > 1 else name for name, n in ordered], MOST_NAMED
    )


def why_unjudged(digests: Sequence[RunDigest]) -> str:
    """Why nothing can be said of any run; "" where one was judged."""
    if any(map(runs.is_judged, digests)):
        return ""
    if not any(map(runs.was_examined, digests)):
        return "no detector looked at a training"
    return "no loss long enough was found"


def dated(digests: Sequence[RunDigest], created_at: float | None) -> float:
    """The wall time that a report bears: the one that is given, else that of its last point.

    So the same input gives the same report.
    """
    if created_at is not None:
        return created_at
    times = (digest.last_wall_time for digest in digests)
    return max((time for time in times if time is not None), default=0.0)


def summary(digests: Sequence[RunDigest]) -> str:
    """What was read, in one line."""
    files = [file for digest in digests for file in digest.files]
    tags = {statistics.tag for digest in digests for statistics in digest.statistics}
    return " · ".join(
        (
            wording.count(len(digests), "run"),
            wording.count(len(tags), "tag"),
            wording.count(sum(digest.points for digest in digests), "point"),
            f"{wording.count(len(files), 'file')}, {wording.size(sum(f.size for f in files))}",
        )
    )
