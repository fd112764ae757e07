"""rig.py: the program with the arguments of one good case, and rows of faults."""

import argparse
import os
import subprocess

import ar_reader
import cases
import harness

FOLDER = os.path.join(cases.made(), 'envelope', 'args')


class Rig:
    """The program with the arguments of the case envelope/args, and its message."""

    def __init__(self, program):
        self.program, self.case = program, cases.Case(FOLDER, cases.MADE)
        self.message = self.case.message

    def start(self, *more, **streams):
        usual = {'stdin': subprocess.PIPE, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE}
        return subprocess.Popen([self.program] + self.case.argv + list(more), cwd=FOLDER,
                                **dict(usual, **streams))


def main(doc, rows, make=Rig):
    """rows: {name: a function of the rig that returns True, or says what is wrong}"""
    ap = argparse.ArgumentParser(description=doc.splitlines()[0])
    ap.add_argument('--only', action='append', metavar='NAME', choices=list(rows))
    ap.add_argument('build', metavar='BUILD_DIR')
    args = ap.parse_args()
    rig, suite = make(harness.program(args.build)), harness.Suite()
    for name, row in rows.items():
        if args.only and name not in args.only:
            continue
        try:
            said = row(rig)
        except (ar_reader.Bad, OSError, subprocess.SubprocessError, ValueError) as error:
            said = repr(error)
        suite.check(name, said is True, said or 'the message is not whole')
    return suite.close()
