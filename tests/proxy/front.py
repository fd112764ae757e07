"""front.py: one mailstamp as Postfix's spawn(8) starts it, and a client that acts as smtpd."""

import re
import signal
import socket
import subprocess

ZONE = '''$ORIGIN example.
@ 5 SOA a. b. 1 1 1 1 1
pass TXT "v=spf1 ip4:192.0.2.25 ip6:2001:db8::25 -all"
_dmarc.pass TXT "v=DMARC1; p=reject"
helo.pass TXT "v=spf1 ip4:192.0.2.25 -all"
_dmarc.quarantine TXT "v=DMARC1; p=quarantine"
;!SERVFAIL _dmarc.lame TXT
'''
XFORWARD = ('NAME=mta.example ADDR=192.0.2.25 PORT=4711 HELO=mta.example IDENT=Q1 PROTO=ESMTP '
            'SOURCE=REMOTE')
OFFERED = {b'8BITMIME', b'SMTPUTF8', b'DSN', b'ENHANCEDSTATUSCODES', b'SIZE 100000000'}
FULL = ('8BITMIME', 'SIZE 100000000', 'SMTPUTF8', 'DSN', 'ENHANCEDSTATUSCODES', 'VRFY', 'CHUNKING',
        'STARTTLS', 'PIPELINING', 'XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE')
LATER = b'451 4.7.0 '
REJECTED = b'550 5.7.26 Message from pass.example (p=reject at _dmarc.pass.example) failed DMARC\r\n'


def message(author='pass.example', body=b'Hello.\r\n'):
    return b'Received: from x\r\nFrom: a@%s\r\nSubject: t\r\n\r\n' % author.encode() + body


def stuffed(data):
    return re.sub(rb'(\A|(?<=\r\n))\.', b'..', data) if b'\n.' in b'\n' + data else data


class Front:
    """One mailstamp, as spawn(8) starts it, and what its client sends and receives."""

    def __init__(self, run, hop, more=(), bare=(), before=()):
        self.sock, theirs = socket.socketpair()
        self.sock.settimeout(20)
        hop = hop if isinstance(hop, str) else hop.name
        argv = list(before) + [run.program] + (list(bare) or [
            '--profile', 'postfix-proxy', '--next-hop', hop, '--config', '/dev/null', '--zone',
            run.folder + '/zone', '--log', run.folder + '/log', '--authserv-id', 'mx.test',
            '--command-timeout', '3', '--read-timeout', '4', '--tempfail-on', 'dmarc'] + list(more))
        self.child = subprocess.Popen(
            argv, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True,
            env={'PATH': '/usr/bin:/bin', 'LANG': 'C'},
            preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN))
        theirs.close()
        self.stream = self.sock.makefile('rb')
        self.greeting = self.reply()

    def reply(self):
        """All lines of one reply; b'' if there is none."""
        out = b''
        try:
            for line in self.stream:
                out += line
                if line[3:4] != b'-':
                    break
        except OSError:
            pass
        return out

    def say(self, line):
        try:
            self.sock.sendall(line + b'\r\n')
        except OSError:
            return b''
        return self.reply()

    def begin(self, xforward=XFORWARD, path=b'<s@pass.example>', rcpts=(b'<b@x.example>',)):
        """The replies up to and including DATA."""
        out = [self.say(b'EHLO front.test')]
        out += [self.say(b'XFORWARD ' + each.encode())
                for each in ([xforward] if isinstance(xforward, str) else xforward)]
        out.append(self.say(b'MAIL FROM:' + path))
        out += [self.say(b'RCPT TO:' + each) for each in rcpts]
        return out + [self.say(b'DATA')]

    def deliver(self, data, **more):
        """The answer to the message, or to what was refused before."""
        for each in self.begin(**more):
            if each[:1] not in b'23' or not each:
                return each
        return self.end(data)

    def end(self, data):
        try:
            self.sock.sendall(stuffed(data) + b'.\r\n')
        except OSError:
            return b''
        return self.reply()

    def close(self, how='quit'):
        """The exit status, and the last output."""
        said = b''
        if how == 'quit':
            said = self.say(b'QUIT')
        self.sock.shutdown(socket.SHUT_WR)
        try:
            said += self.stream.read()
        except OSError:
            pass
        self.sock.close()
        return self.child.wait(20), said


class Run:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def log(self):
        with open(self.folder + '/log', encoding='utf-8') as text:
            return text.read()[-1500:]
