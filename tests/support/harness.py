"""harness.py: how suites that are scripts count, report and end.

A check is named `CASE: what about it`, or just `CASE`: a case is what is before the first `: `. It passes if
all its checks do, and the closing line counts cases, which tests/run reads: `N passed, N failed[, N skipped]
(N checks)`.
"""

import contextlib
import os
import pathlib
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Suite:
    def __init__(self):
        self.cases, self.checks, self.skipped = {}, 0, 0

    def check(self, name, good, told=''):
        """good: whether it holds; told: what is shown if it does not. Returns good."""
        case = str(name).split(': ', 1)[0]
        self.checks += 1
        self.cases[case] = self.cases.get(case, True) and bool(good)
        if not good:
            print(f'FAIL {name}: {told}'[:2000], flush=True)
        return good

    def none(self, name, wrong):
        """wrong: a text for each thing that does not hold, of everything that was examined; good if there are
        none."""
        return self.check(name, not wrong, '; '.join(map(str, wrong)))

    def skip(self, name, why):
        """A case that needs something that this machine lacks."""
        self.skipped += 1
        print(f'skipped: {name}: {why}', flush=True)

    def close(self):
        """Prints the closing line and returns the exit status."""
        failed = sum(not good for good in self.cases.values())
        skipped = f', {self.skipped} skipped' if self.skipped else ''
        print(f'{len(self.cases) - failed} passed, {failed} failed{skipped} ({self.checks} checks)')
        return 1 if failed or not (self.cases or self.skipped) else 0


def program(build=None):
    """The absolute path of the program in BUILD_DIR, by default the last argument."""
    path = os.path.abspath(os.path.join(build or sys.argv[-1], 'mailstamp'))
    if not os.access(path, os.X_OK):
        sys.exit(f'there is no program {path}')
    return path


@contextlib.contextmanager
def scratch(name):
    """A folder that is removed at the end, whatever it contains."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=name + '-'))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
