"""`script/torture`: everything that is done to the product to lose something, or to get in."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
import traceback
from pathlib import Path

from tests.torture.faults import Run, Skipped
from tests.torture.fuzzing import run_fuzz, show
from tests.torture.scenarios import DEEDS, FUZZES

SAVED = Path("build/torture")
SECONDS_PER_MINUTE = 60.0
EXAMPLES = """examples:
  script/torture --list                          what there is
  script/torture charts --minutes 10             texts through all doors of charts, for ten minutes
  script/torture charts --seed 7 --first 250000  goes on where a run of that seed was
  script/torture midi --seed 1 --first 812 --count 1   one input again, that failed
  script/torture kill-serve disk-full            scenarios by name, one after the other
  script/torture --minutes 30                    all of them, up to half an hour each

Inputs that fail are in build/torture, each with what happened and the command that does it again; the exit code is
then 1. What this machine can't do is skipped, and told with the remedy."""


def main() -> int:
    """Run the scenarios that were asked for; 1 where one of them found something."""
    parser = argparse.ArgumentParser(
        "script/torture",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("scenario", nargs="*", metavar="SCENARIO", help="which; all of them if left out")
    parser.add_argument("--list", action="store_true", help="tell what there is, and end")
    parser.add_argument("--minutes", type=float, default=60.0, help="at most for each scenario (60)")
    parser.add_argument("--seed", type=int, default=1, help="of all chances (1)")
    parser.add_argument("--first", type=int, default=0, help="number of the first input (0)")
    parser.add_argument("--count", type=int, help="inputs, or rounds")
    asked = parser.parse_args()
    names = asked.scenario or [*FUZZES, *DEEDS]
    if asked.list:
        for name, each in (FUZZES | DEEDS).items():
            show(f"{name:14} {each.about}")
        return 0
    unknown = {*names} - {*FUZZES, *DEEDS}
    if unknown:
        parser.error(f"no scenario {', '.join(sorted(unknown))}: there are {', '.join([*FUZZES, *DEEDS])}")
    found: dict[str, int] = {}
    for name in names:
        begin = time.monotonic()
        try:
            found[name] = _run(name, asked)
        except Skipped as reason:
            show(f"SKIPPED {name}: {reason}")
        show(f"{name}: {time.monotonic() - begin:.0f} s")
    failed = {name: number for name, number in found.items() if number}
    show(f"{len(found)} scenarios, {sum(failed.values())} faults: {failed or 'none'}")
    return 1 if failed else 0


def _run(name: str, asked: argparse.Namespace) -> int:
    """The number of faults of a scenario."""
    seconds = asked.minutes * SECONDS_PER_MINUTE
    SAVED.mkdir(parents=True, exist_ok=True)
    if name in FUZZES:
        fuzz = FUZZES[name]
        return len(run_fuzz(fuzz, asked.seed, asked.first, asked.count or fuzz.count, seconds, SAVED.resolve()))
    folder = SAVED.resolve() / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run = Run(name, asked.seed, seconds, folder, asked.count)
    try:
        DEEDS[name].run(run)
    except Skipped:
        raise
    except Exception:  # whatever a scenario meets: that is what it looks for
        run.check(False, traceback.format_exc())
    if not run.faults:
        shutil.rmtree(folder, ignore_errors=True)
    return len(run.faults)


if __name__ == "__main__":
    sys.exit(main())
