"""batch.py: system calls that fail in batch, in any of its three processes."""

import gzip
import json
import os
import shutil
import subprocess
import tempfile


class Batch:
    """A scene of faults/run: a folder of messages, a mailbox and a compressed file; a line for each message."""

    command = av = streams = False

    def __init__(self, bench, name, message):
        self.bench, self.name, self.message = bench, name, message
        self.mail = os.path.join(bench.folder, 'mail')
        os.mkdir(self.mail)
        for i in range(3):
            self.keep('%d.eml' % i, message)
        self.keep('box.mbox', (b'From a@pass.example Thu Jan  1 00:00:00 2026\n' + message + b'\n') * 3)
        self.keep('packed.eml.gz', gzip.compress(message))
        # a file passes its octets from process to process
        self.keep('large.mbox', b'From a@pass.example Thu Jan  1 00:00:00 2026\n' + message + b'A line.\n' * 20000)
        self.messages = 3 + 3 + 1 + 1

    def keep(self, name, octets):
        with open(os.path.join(self.mail, name), 'wb') as file:
            file.write(octets)

    def run(self, fault=None, env=None, limit=30):
        """(status or None for a hang, stdout, None, files left)"""
        folder = tempfile.mkdtemp(dir=self.bench.folder)
        environ = dict(os.environ, TMPDIR=folder, **(env or {}))
        if fault is not None:
            environ.update(fault, LD_PRELOAD=self.bench.shim)
        child = subprocess.Popen(
            [self.bench.program, 'batch', '--config', self.bench.conf, '--now', '1767225600', '--jobs', '1',
             '--output', 'json', self.mail], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=environ)
        try:
            out, _ = child.communicate(None, limit)
            status = child.returncode
        except subprocess.TimeoutExpired:
            child.kill()
            out, _ = child.communicate()
            status = None
        left = os.listdir(folder)
        shutil.rmtree(folder, ignore_errors=True)
        return status, out, None, left

    def judge(self, ran, may_leave=False, dns=True):
        """Like Scene.judge of faults/run: 0 only if each message has its result, 10 only if each has a line."""
        status, out, _, left = ran
        if status is None:
            return 'WRONG', 'a hang'
        if left and not may_leave:
            return 'WRONG', 'left behind: %s' % left
        if status == 75:
            return 'deferred', None
        try:
            lines = [json.loads(line) for line in out.splitlines()]
        except ValueError:
            return 'WRONG', 'status %s and a broken line' % status
        bad = [line for line in lines if line.get('error')]
        if not dns and status == 0 and b'temperror' in out:
            return 'WRONG', 'no memory is told as a failure of DNS'
        if status == 0 and len(lines) == self.messages and not bad:
            return 'whole', None
        if status == 10 and [line['path'] for line in bad] == [self.mail]:    # one line for the folder
            return 'deferred', None
        if status == 10 and len(lines) >= self.messages - 2 and bad:   # a mailbox that is not read has one line
            return 'deferred', None
        return 'WRONG', 'status %s with %d lines, %d of them errors' % (status, len(lines), len(bad))
