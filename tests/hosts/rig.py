"""rig.py: a scratch folder, processes that end with it, DNS, an SMTP client and a sink for mail."""

import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

CONTRIB = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), 'contrib')
GOOD, BAD = '127.0.0.10', '127.0.0.66'      # client addresses: listed in SPF, and not
USER = 'nobody'


class Trouble(Exception):
    pass


def until(what, seconds=20.0, step=0.03):
    """The first true value of what(), or its last one after that time."""
    end = time.monotonic() + seconds
    while True:
        got = what()
        if got or time.monotonic() > end:
            return got
        time.sleep(step)


def free_port():
    with socket.socket() as one, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two:
        one.bind(('127.0.0.1', 0))
        two.bind(one.getsockname())
        return one.getsockname()[1]


def quit_cleanly():
    """A run that is asked to end removes what it started. Its mounts are its own and vanish with it."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda *_: sys.exit(1))
    libc = ctypes.CDLL(None)
    if libc.unshare(0x20000) == 0:                                  # CLONE_NEWNS
        libc.mount(b'none', b'/', None, 1 << 18 | 1 << 14, None)    # MS_PRIVATE | MS_REC


class Rig:
    def __init__(self, program):
        self.folder = tempfile.mkdtemp(prefix='mailstamp-hosts-')
        os.chmod(self.folder, 0o755)
        self.children = []
        self.program = self.path('bin/mailstamp')
        shutil.copy(program, self.path('bin', 'mailstamp.real'))
        self.restore(self.program)

    def path(self, *parts):
        path = os.path.join(self.folder, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def write(self, name, text, mode=0o644, owner=None):
        path = self.path(name)
        with open(path, 'wb') as out:
            out.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(path, mode)
        if owner:
            shutil.chown(path, owner)
        return path

    def mailbox(self, name, owner=USER):
        for box in ('Maildir', 'Maildir/.Junk'):
            for sub in ('new', 'cur', 'tmp'):
                os.makedirs(os.path.join(self.folder, 'mail', name, box, sub))
        for folder, subs, _ in os.walk(os.path.join(self.folder, 'mail', name)):
            shutil.chown(folder, owner, None)
        return os.path.join(self.folder, 'mail', name)

    def contrib(self, name, changes):
        """A file of contrib/ with its paths replaced by ours; each of them must occur in it."""
        with open(os.path.join(CONTRIB, name), encoding='utf-8') as data:
            text = data.read()
        for old, new in changes:
            if old not in text:
                raise Trouble('%s has no %r' % (name, old))
            text = text.replace(old, new)
        return text

    def start(self, name, argv, **more):
        log = open(self.path('log', name), 'ab')
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                 start_new_session=True, **more)
        log.close()
        self.children.append((name, child))
        return child

    def stop(self):
        for _, child in reversed(self.children):
            if child.poll() is None:
                child.terminate()
        for _, child in reversed(self.children):
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                pass
            try:        # what it left in its own process group
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            child.wait()

    def swap(self, path, script):
        """Another program in its place (None: no program) until restore()."""
        if not os.path.exists(path + '.real'):
            shutil.copy2(path, path + '.real')
        if script is None:
            os.unlink(path)
            return
        self.write('bin/next', script, 0o755)
        os.rename(self.path('bin/next'), path)

    def restore(self, path):
        shutil.copy2(path + '.real', self.path('bin/next'))
        os.rename(self.path('bin/next'), path)


ZONE = """$ORIGIN example.
$TTL 0
@ SOA ns.example. root.example. %d 60 60 60 0
@ NS ns.example.
ns A 127.0.0.1
$TTL 5
pass TXT "v=spf1 ip4:127.0.0.10 -all"
_dmarc.pass TXT "v=DMARC1; p=reject"
reject TXT "v=spf1 -all"
_dmarc.reject TXT "v=DMARC1; p=reject"
quarantine TXT "v=spf1 -all"
_dmarc.quarantine TXT "v=DMARC1; p=quarantine"
path TXT "v=spf1 ip4:127.0.0.10 -all"
helo.pass TXT "v=spf1 ip4:127.0.0.10 -all"
xn--bcher-kva TXT "v=spf1 ip4:127.0.0.10 -all"
_dmarc.xn--bcher-kva TXT "v=DMARC1; p=reject"
"""
LAME = """$ORIGIN lame.example.
$TTL 0
@ SOA ns.example. root.example. %d 60 60 60 0
@ NS ns.example.
@ TXT "v=spf1 ip4:127.0.0.10 -all"
_dmarc TXT "v=DMARC1; p=reject"
"""


class Dns:
    """nsd on loopback. lame.example answers SERVFAIL until it is fixed; more is for example."""

    def __init__(self, rig, more=''):
        self.rig, self.port = rig, free_port()
        rig.write('dns/example.zone', ZONE % 1 + more)
        conf = rig.write('dns/nsd.conf', """server:
  ip-address: 127.0.0.1@{port}
  username: ""
  zonesdir: "{dir}"
  database: ""
  pidfile: "{dir}/nsd.pid"
  xfrdfile: "{dir}/xfrd.state"
  zonelistfile: "{dir}/zone.list"
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: example
  zonefile: example.zone
zone:
  name: lame.example
  zonefile: lame.zone
""".format(port=self.port, dir=rig.path('dns')))
        self.conf = conf
        self.up()

    def up(self):
        self.child = self.rig.start('nsd', ['/usr/sbin/nsd', '-d', '-c', self.conf])
        if not until(self.answers):
            raise Trouble('nsd does not answer')

    def answers(self):
        query = b'\0\1\0\0\0\1\0\0\0\0\0\0\4pass\7example\0\0\x10\0\1'
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.2)
            try:
                sock.sendto(query, ('127.0.0.1', self.port))
                return b'v=spf1' in sock.recv(512)
            except OSError:
                return False

    def lame(self, broken):
        path = self.rig.path('dns/lame.zone')
        if broken and os.path.exists(path):
            os.unlink(path)
        elif not broken:
            self.rig.write('dns/lame.zone', LAME % 1)
        self.child.terminate()
        self.child.wait(10)
        self.up()


class Sink:
    """Accepts SMTP (and LMTP) on loopback and keeps (reverse-path, recipients, message)."""

    def __init__(self, lmtp=False):
        self.lmtp, self.got, self.lock = lmtp, [], threading.Lock()
        self.server = socket.create_server(('127.0.0.1', 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            sock, _ = self.server.accept()
            threading.Thread(target=self.session, args=(sock,), daemon=True).start()

    def session(self, sock):
        stream = sock.makefile('rwb')

        def say(line):
            stream.write(line + b'\r\n')
            stream.flush()

        say(b'220 sink.test')
        path, rcpts = None, []
        for line in stream:
            line = line.rstrip(b'\r\n')
            verb = line[:4].upper()
            if verb in (b'EHLO', b'LHLO'):
                say(b'250-sink.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE')
            elif verb == b'MAIL':
                path, rcpts = line[line.index(b'<') + 1:line.rindex(b'>')], []
                say(b'250 ok')
            elif verb == b'RCPT':
                rcpts.append(line[line.index(b'<') + 1:line.rindex(b'>')])
                say(b'250 ok')
            elif verb == b'DATA':
                say(b'354 go')
                data = []
                for text in stream:
                    if text == b'.\r\n':
                        break
                    data.append(text[1:] if text.startswith(b'.') else text)
                with self.lock:
                    self.got.append((path, rcpts, b''.join(data).replace(b'\r\n', b'\n')))
                for _ in rcpts if self.lmtp else (1,):
                    say(b'250 kept')
            elif verb == b'QUIT':
                say(b'221 bye')
                break
            else:
                say(b'250 ok')
        sock.close()

    def find(self, mark):
        with self.lock:
            return [each for each in self.got if mark in each[2] or
                    any(mark in rcpt for rcpt in each[1])]


class Session:
    """One SMTP session. Bytes in, replies as (code, text) out."""

    def __init__(self, port, client, server='127.0.0.1'):
        self.sock = socket.create_connection((server, port), 60, (client, 0))
        self.stream = self.sock.makefile('rb')
        self.reply()

    def reply(self):
        text = b''
        for line in self.stream:
            text += line[4:]
            if line[3:4] != b'-':
                return int(line[:3]), text.decode('utf-8', 'replace').strip()
        return 421, 'closed'

    def command(self, line):
        self.sock.sendall(line + b'\r\n')
        return self.reply()

    def send(self, helo, path, rcpts, message, options=b'', raw=False, between=()):
        """message has LF; raw: it is sent unchanged. between: commands after EHLO. Returns the last reply."""
        for line in (b'EHLO ' + helo,) + tuple(between):
            got = self.command(line)
            if got[0] not in (235, 250):
                return got
        got = self.command(b'MAIL FROM:<' + path + b'>' + options)
        if got[0] != 250:
            return got
        for rcpt in rcpts:
            got = self.command(b'RCPT TO:<' + rcpt + b'>')
            if got[0] != 250:
                return got
        got = self.command(b'DATA')
        if got[0] != 354:
            return got
        if not raw:
            message = re.sub(rb'(?m)^\.', b'..', message).replace(b'\n', b'\r\n')
        self.sock.sendall(message + b'.\r\n')
        got = self.reply()
        self.command(b'QUIT')
        self.sock.close()
        return got


def maildir(folder):
    """The messages of a Maildir, as bytes."""
    out = []
    for sub in ('new', 'cur'):
        place = os.path.join(folder, sub)
        for name in os.listdir(place):
            with open(os.path.join(place, name), 'rb') as data:
                out.append(data.read())
    return out
