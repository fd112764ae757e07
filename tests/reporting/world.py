"""world.py: a site with its logs, its store of reports and a sendmail that keeps its input."""
import collections
import os
import pathlib
import shutil
import subprocess

import report_reader
from rows import FROM, NOW, ZONE, at

SUPPRESSED = pathlib.Path(__file__).resolve().parent / 'lsan.suppressed'


def spare_tls(program):
    """LeakSanitizer of gcc 12 crashes in `report send` (Tracer caught signal 11) when it searches for
    pointers in the thread-local memory of libraries that were loaded late; without that search, what GLib
    keeps there appears to be leaked.
    """
    if b'__asan_init' in pathlib.Path(program).read_bytes():
        os.environ['LSAN_OPTIONS'] = f'use_tls=0:print_suppressions=0:suppressions={SUPPRESSED}'


class World:
    """A folder with a zone, logs and a store: a file, or a database of World.database if there is one."""

    database = None

    def __init__(self, program, folder):
        self.program, self.folder = program, pathlib.Path(folder)
        spare_tls(program)
        self.folder.mkdir(exist_ok=True)
        self.zone = self.folder / 'zone'
        self.zone.write_text(ZONE)
        self.store = self.database.fresh() if self.database else str(self.folder / 'store.sqlite')
        self.out = self.folder / 'out'

    def filter(self, row, log, now=NOW, repeat=1):
        path = [] if row.path is None else ['--mail-from', at(row.domain if row.path == 'a' else row.path) if row.path else '']
        subject = '' if row.head.startswith('Subject:') else 'Subject: s\n'
        message = f'From: a@{row.domain}\n{subject}{row.head}\nbody\n'.encode()
        for _ in range(repeat):
            argv = [*path, '--client-ip', row.ip, '--helo', row.helo, *(x for to in row.rcpt for x in ('--rcpt', to)),
                    '--zone', self.zone, '--now', str(now), '--json-log', log, '--authserv-id', 'mx.us.example', *row.options]
            subprocess.run([self.program, *map(str, argv)], input=message, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False)

    def run(self, command, *argv, now=None, wanted=0, **more):
        done = subprocess.run([self.program, 'report', command, '--store', self.store,
                               *(['--now', str(now)] if now is not None else []), *map(str, argv)],
                              capture_output=True, text=not isinstance(more.get('input'), bytes), check=False,
                              timeout=300, **more)
        if wanted is not None and done.returncode != wanted:
            raise ValueError(f'{command}: status {done.returncode}: {done.stderr}')
        return done

    def without_seccomp(self, suite, argv, text, now):
        """The process that reads a bounce is never unprotected: where the kernel has no seccomp the bounce waits, and this is reported."""
        if b'__asan_init' in pathlib.Path(self.program).read_bytes():
            suite.skip('bounces: without seccomp', 'a build for AddressSanitizer, whose library must be the first')
            return
        source, library = self.folder / 'no-seccomp.c', self.folder / 'no-seccomp.so'
        source.write_text('#include <errno.h>\nlong syscall(long number, ...) { errno = ENOSYS; return -1; }\n')
        subprocess.run(['gcc', '-shared', '-fPIC', '-w', '-o', library, source], check=True)
        done = self.run('bounce', '--sandbox', 'off', *argv, now=now, wanted=75, input=text, env=dict(os.environ, LD_PRELOAD=str(library)))
        suite.check('bounces: without seccomp', 'the kernel does not offer seccomp' in done.stderr, done)

    def importing(self, *logs, wanted=0, options=()):
        return self.run('import', '--report-from', FROM, '--own-address', 'rua@us.example', *options, *logs, wanted=wanted)

    def into(self, now, *options, wanted=0):
        """{name of the file: the mail} of a dry run into a fresh folder"""
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir()
        self.run('send', '--report-from', FROM, '--zone', self.zone, '--into', self.out, *options, now=now, wanted=wanted)
        return {path.name: report_reader.Mail(path.read_bytes()) for path in sorted(self.out.iterdir())}

    def sendmail(self, script='exit 0\n'):
        """A program that keeps its input: sent() returns it."""
        path = self.folder / 'sendmail'
        path.write_text('#!/bin/sh\nn=$(ls %s | wc -l)\nprintf "%%s\\n" "$@" >%s/$n.argv\ncat >%s/$n.mail\n%s' % (
            (self.folder / 'sent',) * 3 + (script,)))
        path.chmod(0o755)
        (self.folder / 'sent').mkdir(exist_ok=True)
        return path

    def sent(self):
        """[(argv, mail)]"""
        return [(path.read_text().split('\n')[:-1], path.with_suffix('.mail').read_bytes())
                for path in sorted((self.folder / 'sent').glob('*.argv'), key=lambda path: int(path.stem))]

    def send(self, now, *options, wanted=0, script='exit 0\n'):
        return self.run('send', '--report-from', FROM, '--zone', self.zone, '--sendmail', self.sendmail(script), *options,
                        now=now, wanted=wanted)


def summed(mails):
    """{policy domain: {row: count}} of reports, however they are split"""
    out = {}
    for report in {mail.name: mail.report for mail in mails}.values():
        rows = out.setdefault(report.policy['domain'], collections.Counter())
        rows.update(report.rows)
    return out
