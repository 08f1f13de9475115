"""Print every test that was skipped with its reason; fail on one that should have run.

python .ci/skips.py RESULTS.xml, as ``pytest --junitxml`` writes them.
"""

from __future__ import annotations

import os
import sys
from xml.etree import ElementTree

DATA = "TBREPORT_SHARED_DATA"  # names a folder of event files that are not in the repository
ALLOWED = ("cuda", "keras") if DATA in os.environ else ("cuda", "keras", DATA)


def main(path: str) -> int:
    unexpected = 0
    for case in ElementTree.parse(path).iter("testcase"):
        for skip in case.iter("skipped"):
            reason = skip.get("message", "")
            is_allowed = reason.startswith(ALLOWED)
            unexpected += not is_allowed
            mark = "skipped" if is_allowed else "MUST NOT BE SKIPPED"
            print(f"{mark}: {case.get('classname')}.{case.get('name')}: {reason}")
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
