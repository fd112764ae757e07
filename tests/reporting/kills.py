"""kills.py: the program killed at each call that has an effect outside it."""
import os
import pathlib
import subprocess

SHIM = pathlib.Path(__file__).resolve().parent / 'kill.c'


def build(folder):
    """The library that kills: LD_PRELOAD it, with KILL_AT=n and KILL_COUNT=FILE."""
    made = pathlib.Path(folder) / 'kill.so'
    subprocess.run([os.environ.get('CC', 'cc'), '-std=c11', '-shared', '-fPIC', '-o', made, SHIM], check=True)
    return made


def environment(shim, at, counted):
    """at: the call at which to kill, 0: never; counted: the file that gets the number of calls"""
    return dict(os.environ, LD_PRELOAD=str(shim), KILL_AT=str(at), KILL_COUNT=str(counted))


class Sample:
    """Selects which of n calls fail: every k-th; with --every all of them."""

    def __init__(self, wanted, argv):
        """wanted: the maximum number of a run's calls"""
        self.wanted = None if '--every' in argv else wanted
        print('every call' if self.wanted is None else
              f'sampled: every k-th call so that {wanted} of each kind fail (--every: each one)', flush=True)

    def points(self, name, n, share=1):
        """share: of the number wanted"""
        k = 1 if self.wanted is None else max(1, -(-n // max(1, round(self.wanted * share))))
        if k > 1:
            print(f'{name}: {n} calls, every {k}th', flush=True)
        return range((k + 1) // 2, n + 1, k)
