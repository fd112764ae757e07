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
    """at 0: never; afterwards counted has the number of calls"""
    return dict(os.environ, LD_PRELOAD=str(shim), KILL_AT=str(at), KILL_COUNT=str(counted))
