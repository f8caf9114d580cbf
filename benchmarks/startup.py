"""`wirecopy --help` against a bare `python -c pass`: the ratio of CPU seconds, in one run.

Run it: `python benchmarks/startup.py`. It fails where the ratio passes the limit of 20.
"""

import subprocess
import sys
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

LIMIT, ROUNDS = 20.0, 15
COMMANDS = {"python -c pass": ["-c", "pass"], "wirecopy --help": ["-m", "wirecopy", "--help"]}


def cpu_seconds(arguments: list[str]) -> float:
    """Return user and system seconds of one process."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Print the median of each command and the ratio."""
    for arguments in COMMANDS.values():
        cpu_seconds(arguments)
    # In turn, so that a machine whose speed drifts is fair to both.
    rounds = [{name: cpu_seconds(arguments) for name, arguments in COMMANDS.items()} for _ in range(ROUNDS)]
    medians = {name: median(one[name] for one in rounds) for name in COMMANDS}
    for name, seconds in medians.items():
        print(f"{name:16} {seconds * 1000:6.0f} ms CPU")
    bare, ours = medians.values()
    print(f"ratio            {ours / bare:6.1f} (limit {LIMIT:.0f})")
    return int(ours / bare > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
