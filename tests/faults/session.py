"""session.py: calls that fail with --profile postfix-proxy, between a client and a next hop."""

import os
import shutil
import socket
import subprocess
import tempfile

from next_hop import Server

XFORWARD = b'XFORWARD NAME=x ADDR=127.0.0.10 HELO=helo.pass.example PROTO=ESMTP SOURCE=REMOTE'
COMMANDS = (b'EHLO front.test', XFORWARD, b'MAIL FROM:<s@pass.example>', b'RCPT TO:<b@box.test>',
            b'DATA')


class Session:
    """A scene of faults/run: the replies to the client, and what the next hop received."""

    command = av = streams = False

    def __init__(self, bench, name, message):
        self.bench, self.name, self.message = bench, name, message.replace(b'\n', b'\r\n')
        self.forged = [line for line in self.message.splitlines(True) if b'(forged)' in line][0]

    def run(self, fault=None, env=None, limit=30):
        """(status or None for a hang, the last reply, what the next hop took or None, files left)"""
        folder = tempfile.mkdtemp(dir=self.bench.folder)
        environ = dict(os.environ, TMPDIR=folder, **(env or {}))
        if fault is not None:
            environ.update(fault, LD_PRELOAD=self.bench.shim)
        hop = Server()
        ours, theirs = socket.socketpair()
        ours.settimeout(limit)
        child = subprocess.Popen(
            [self.bench.program, '--config', self.bench.conf, '--profile', 'postfix-proxy',
             '--next-hop', hop.name], stdin=theirs, stdout=theirs, stderr=theirs, env=environ)
        theirs.close()
        said = self.talk(ours)
        try:
            ours.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        try:
            status = child.wait(limit)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            status = None
        ours.close()
        hop.ended.wait(2)
        left = os.listdir(folder)
        shutil.rmtree(folder, ignore_errors=True)
        return status, said, hop.data, left

    def talk(self, sock):
        stream = sock.makefile('rb')

        def reply():
            out = b''
            try:
                for line in stream:
                    out = line
                    if line[3:4] != b'-':
                        return line
            except OSError:
                pass
            return out if out[3:4] != b'-' else b''

        def say(octets):
            try:
                sock.sendall(octets)
            except OSError:
                pass
            return reply()

        said = reply()
        for command in COMMANDS:
            if said[:1] != b'2':
                return said
            said = say(command + b'\r\n')
        if said[:3] != b'354':
            return said
        said = say(self.message + b'.\r\n')
        say(b'QUIT\r\n')
        return said

    def judge(self, ran, may_leave=False, dns=True):
        """Like Scene.judge of faults/run. again: the next hop has the message, but the client got no positive
        reply."""
        status, said, got, left = ran
        if status is None:
            return 'WRONG', 'a hang'
        if left and not may_leave:
            return 'WRONG', 'left behind: %s' % left
        if said[:1] not in (b'2', b'4', b'') or (got is not None and not self.is_whole(got)):
            return 'WRONG', '%r with %d octets' % (said, len(got or b''))
        if not dns and b'temperror' in (got or b'').partition(b'\r\n\r\n')[0]:
            return 'WRONG', 'no memory is told as a failure of DNS'
        if said[:3] == b'250':
            return ('whole', None) if got is not None else ('WRONG', 'taken by nobody')
        return ('again' if got is not None else 'deferred'), None

    def is_whole(self, data):
        return data.startswith(b'Authentication-Results: mx.test;') and data.endswith(
            self.message.replace(self.forged, b''))
