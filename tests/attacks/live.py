"""live.py: attacks that need an archive, a name server or a terminal, each with a control of its check."""
import csv
import dataclasses
import gzip
import html.parser
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / 'tests/dns'))
sys.path.append(str(ROOT / 'testdata'))
import faultserver  # noqa: E402  (after the paths above)
from faultserver import A, NXDOMAIN, TXT, labels, record, reply  # noqa: E402

MX = 15
BASE = ['--config', '/dev/null', '--authserv-id', 'mx.example.net', '--now', '1767225600']
SENDER = ['--client-ip', '203.0.113.66', '--helo', 'h.evil.example.org', '--mail-from', 'b@evil.example.org']
PLAIN = b'From: ceo@example.com\nSubject: x\n\nhello\n'
ESCAPES = '\x1b]0;owned\x07\x1b[2J\u009b31m\u202eevil\u2066\x7f'
LINES = ['a\r\nX-Injected: yes', 'a\nmailstamp[1]: accept', 'a\x00b', 'a\tb', ESCAPES, 'a\x0b\x0c\x85b\u2028c', '%s%n%x', '"; dmarc=pass x="']


@dataclasses.dataclass
class Row:
    name: str
    source: str
    run: object         # function of a Rig; yields (what, whether it holds, what was seen)


class Rig:
    def __init__(self, program, folder):
        self.program, self.folder = program, pathlib.Path(folder)
        self.nothing = self.folder / 'no-names'
        self.nothing.write_text('$TTL 60\n')

    def __call__(self, *argv, text=PLAIN, **more):
        return subprocess.run([self.program, *map(str, argv)], input=text, capture_output=True, timeout=120, check=False, **more)

    def cost(self, *argv, text=PLAIN):
        """(the run, seconds of the processor, MiB)"""
        script = 'import resource, subprocess, sys; r = subprocess.run(sys.argv[1:]); u = resource.getrusage(' \
            'resource.RUSAGE_CHILDREN); print(u.ru_utime + u.ru_stime, u.ru_maxrss, r.returncode, file=sys.stderr)'
        ran = subprocess.run([sys.executable, '-c', script, self.program, *map(str, argv)], input=text, capture_output=True,
                             timeout=300, check=False)
        seconds, kib, status = ran.stderr.split()[-3:]
        return int(status), float(seconds), int(kib) / 1024


class Names:
    """A name server on 127.0.0.1: answers(name, kind, query) returns packets, or (packet, port) pairs."""

    def __init__(self, answers):
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(('127.0.0.1', 0))
        self.other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.other.bind(('127.0.0.1', 0))
        self.answers, self.asked, self.ports = answers, [], set()
        threading.Thread(target=self.serve, daemon=True).start()
        self.at = '127.0.0.1:%d' % self.udp.getsockname()[1]

    def serve(self):
        while True:
            try:
                query, client = self.udp.recvfrom(4096)
            except OSError:
                return
            parts, end = labels(query)
            name, kind = b'.'.join(parts).decode('latin-1').lower(), struct.unpack('>H', query[end:end + 2])[0]
            self.asked.append((name, kind))
            self.ports.add(client[1])
            for each in self.answers(name, kind, query):
                sock, data = (self.other, each[0]) if isinstance(each, tuple) else (self.udp, each)
                sock.sendto(data, client)

    def close(self):
        self.udp.close()
        self.other.close()


def text(words):
    return bytes([len(words)]) + words.encode()


def spf(ran):
    return re.search(rb'spf=(\w+)', ran.stdout).group(1).decode()


def poisoning(rig):
    """Answers that a blind attacker can send before the real one arrives"""
    lie = [record(TXT, text('v=spf1 +all'))]

    def wrong_name(query):
        return reply(query, answers=lie, question=b'\5other\0' + struct.pack('>HH', TXT, 1))

    def answers(name, kind, query):
        if kind != TXT or name != 'evil.example.org':
            return [reply(query, NXDOMAIN)]
        flipped = bytes([query[0] ^ 1]) + query[1:]
        return forged(query, flipped) + [reply(query, answers=[record(TXT, text('v=spf1 -all'))])]
    ways = {'another id': lambda query, flipped: [reply(flipped, answers=lie)],
            '200 ids': lambda query, flipped: [reply(struct.pack('>H', struct.unpack('>H', query[:2])[0] ^ i) + query[2:],
                                                     answers=lie) for i in range(1, 200)],
            'another name': lambda query, flipped: [wrong_name(query)],
            'another port': lambda query, flipped: [(reply(query, answers=lie),)],
            'no response': lambda query, flipped: [reply(query, answers=lie, flags=0x0180)]}
    for way, forged in ways.items():
        server = Names(answers)
        ran = rig(*BASE, *SENDER, '--resolver', server.at)
        yield way, spf(ran) == 'fail', ran.stdout[:300]
        server.close()
    forged = lambda query, flipped: [reply(query, answers=lie)]
    server = Names(answers)
    yield 'the check finds an answer that fits', spf(rig(*BASE, *SENDER, '--resolver', server.at)) == 'pass', ''
    server.close()


def predictable(rig):
    """Two runs do not use consecutive ids or ports."""
    server = Names(lambda name, kind, query: [reply(query, NXDOMAIN)])
    ids = []
    original = server.answers
    server.answers = lambda name, kind, query: (ids.append(struct.unpack('>H', query[:2])[0]), original(name, kind, query))[1]
    for _ in range(12):
        rig(*BASE, *SENDER, '--resolver', server.at)
    steps = {(second - first) % 65536 for first, second in zip(ids, ids[1:])}
    yield 'ids', len(set(ids)) > len(ids) * 0.9 and len(steps) > len(ids) * 0.8, ids
    yield 'ports', len(server.ports) >= 8, server.ports
    server.close()


def amplification(rig):
    """The queries that one message makes a filter send to a victim's name servers"""
    def answers(name, kind, query):
        first = name.split('.')[0]
        if kind == TXT and name == 'evil.example.org':
            return [reply(query, answers=[record(TXT, text('v=spf1 ' + ' '.join(f'mx:m{i}.example.org' for i in range(12))))])]
        if kind == MX and re.fullmatch(r'm\d+', first):
            return [reply(query, answers=[record(MX, b'\0\1' + b''.join(text(each) for each in (f'{first}x{i}', 'victim', 'example'))
                                                 + b'\0') for i in range(10)])]
        if kind == A and name.endswith('victim.example'):
            return [reply(query, answers=[record(A, bytes([192, 0, 2, 1]))])]
        return [reply(query, NXDOMAIN)]
    seals = b''.join(b'DKIM-Signature: v=1; a=rsa-sha256; d=d%d.example.org; s=s%d; h=from; bh=AAAA; b=AAAA\n' % (i, i)
                     for i in range(200))
    for name, message in (('SPF', PLAIN), ('SPF and 200 signatures', seals + PLAIN)):
        server = Names(answers)
        ran = rig(*BASE, *SENDER, '--resolver', server.at, '--dns-timeout', '2', text=message)
        yield name, 10 < len(server.asked) <= QUESTIONS_MAX, (len(server.asked), ran.stderr)
        yield name + ': no pass', not re.search(rb'(spf|dkim)=pass', ran.stdout), ran.stdout[:300]
        server.close()


def floods(rig):
    """Many records at the names of keys, each with many tags, for many signatures and seals"""
    zone, tags = rig.folder / 'flood', '; '.join(f'{chr(97 + i)}z=1' for i in range(12))
    zone.write_text('$TTL 60\n' + ''.join(f's._domainkey.evil.example.org. IN TXT "v=DKIM1; k=rsa; n=x{i}; {tags}; p=AAAA"\n'
                                          for i in range(1340)))
    bh = b'bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA'
    signatures = b''.join(b'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=evil.example.org; s=s; h=from; i=a%d@evil.example.org; '
                          % i + bh + b'\r\n' for i in range(16))
    seals = b''.join(b'ARC-Seal: i=%d; a=rsa-sha256; cv=%s; d=evil.example.org; s=s; b=AAAA\r\nARC-Message-Signature: i=%d; '
                     b'a=rsa-sha256; c=relaxed/relaxed; d=evil.example.org; s=s; h=from; ' % (i, b'pass' if i > 1 else b'none', i)
                     + bh + b'\r\nARC-Authentication-Results: i=%d; x; none\r\n' % i for i in range(50, 0, -1))
    for name, head in (('signatures', signatures), ('signatures and seals', signatures + seals)):
        status, seconds, mib = rig.cost(*BASE, *SENDER, '--zone', zone, text=head + b'From: ceo@example.com\r\n\r\n')
        yield name, status in (0, 10, 11) and seconds < 0.25 and mib < 64, (status, seconds, mib)


QUESTIONS_MAX = 100


def raw(data):
    """Octets or characters that control a terminal, or hide text from the reader"""
    shown = data.decode('utf-8', 'replace')
    return re.findall('[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]', shown)


def logs(rig):
    """Line ends and escapes in everything that the client sends"""
    log = rig.folder / 'json-log'
    for number, value in enumerate(LINES):
        value = value.replace('\x00', '\x01')    # no argument holds a NUL
        for option in ('--mail-from', '--helo', '--queue-id', '--rcpt', '--client-name', '--authenticated'):
            log.unlink(missing_ok=True)
            ran = rig(*BASE, '--zone', rig.nothing, *SENDER, option, value, '--log', 'stderr', '--json-log', log)
            what = f'{option} {number}'
            yield what, ran.returncode in (0, 10, 11, 64, 75, 78), (ran.returncode, ran.stderr)
            yield what + ': a line', ran.stderr.count(b'\n') == 1 and not raw(ran.stderr), ran.stderr
            lines = log.read_bytes().splitlines() if log.exists() else []
            yield what + ': JSON', len(lines) <= 1 and all(isinstance(json.loads(line), dict) and not raw(line)
                                                            for line in lines), lines
            block = ran.stdout[:ran.stdout.find(b'From: ceo@')]
            yield what + ': fields', not re.search(rb'^X-Injected', block, re.M) and b'dmarc=pass' not in block.split(b'"')[0], block
    yield 'the check finds an escape', len(raw(ESCAPES.encode())) > 5, ''


def terminal(rig):
    """Escapes in the message, its names and its DNS, shown to a person"""
    field = f'From: {ESCAPES} <b@evil.example.org>\nSubject: {ESCAPES}\nReceived: from {ESCAPES}\n'.encode()
    bad = field + b'DKIM-Signature: v=1; a=rsa-sha256; d=' + ESCAPES.encode() + b'; s=x; h=from; bh=AAAA; b=AAAA\n\nx\n'
    zone = rig.folder / 'zone'
    quoted = ''.join('\\%03d' % octet if octet < 32 or octet > 126 else chr(octet) for octet in ESCAPES.encode())
    zone.write_text(f'$TTL 60\nevil.example.org. IN TXT "v=spf1 exp=e.evil.example.org {quoted} -all"\n'
                    f'e.evil.example.org. IN TXT "{quoted}"\n_dmarc.evil.example.org. IN TXT "v=DMARC1; p={quoted}; rua={quoted}"\n'
                    f'x._domainkey.evil.example.org. IN TXT "v=DKIM1; p={quoted}; n={quoted}"\n'
                    'evil.example.org. IN MX 10 mx.evil.example.org.\n')
    folder = rig.folder / 'escapes'
    folder.mkdir()
    (folder / 'a\x1b[2J\u202e.eml').write_bytes(bad)
    (folder / 'b.eml').write_bytes(bad)
    for name, argv in {'filter': [*BASE, *SENDER, '--log', 'stderr', '--output', 'none'], 'explain': ['explain', *BASE, *SENDER],
                       'explain in Japanese': ['explain', *BASE, *SENDER, '--lang', 'ja'],
                       'inspect': ['inspect', '--config', '/dev/null', 'evil.example.org', '--selector', 'x'],
                       'batch': ['batch', *BASE, '--output', 'summary', folder], 'tsv': ['batch', *BASE, '--output', 'tsv', folder],
                       'csv': ['batch', *BASE, '--output', 'csv', folder], 'json': ['batch', *BASE, '--output', 'json', folder]
                       }.items():
        ran = rig(*argv, '--zone', zone, text=bad)
        yield name, ran.returncode in (0, 10, 11), (ran.returncode, ran.stderr)
        yield name + ': nothing raw', not raw(ran.stdout) and not raw(ran.stderr), (raw(ran.stdout + ran.stderr), ran.stdout[:500])


HOSTILE_NAMES = ('=cmd|calc!A1.eml', '+1+1.eml', '-2+3.eml', '@SUM(1).eml', '\t=1.eml', '\r=1.eml', '"=1".eml', ';=1.eml', ',=1.eml',
                 '\uff1d1.eml', '<script>alert(1)</script>.eml', '"onmouseover="alert(1).eml', "'><img src=x onerror=alert(1)>.eml",
                 '&lt;b&gt;.eml', '</title><svg onload=alert(1)>.eml', 'javascript:alert(1).eml')


def formulas(rig):
    """Cells that a spreadsheet would evaluate"""
    folder = rig.folder / 'names'
    folder.mkdir(exist_ok=True)
    for name in HOSTILE_NAMES:
        (folder / name.replace('/', '')).write_bytes(b'From: "=1+1" <b@=evil.example.org>\nSubject: =1\n\nx\n')
    start = re.compile('[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]')
    # the path of the folder is relative, so that cells begin with the names of files
    ran = rig('batch', *BASE, '--zone', rig.nothing, '--output', 'csv', '--files-from', '-',
              text='\0'.join(os.listdir(folder)).encode(), cwd=folder)
    cells = [cell for row in csv.reader(ran.stdout.decode().splitlines()) for cell in row]
    yield 'all are told', ran.stdout.count(b'\n') >= len(os.listdir(folder)), ran.stderr
    yield 'no cell begins a formula', not [cell for cell in cells if start.match(cell) and cell not in ('-',)], cells
    for mark in ';\t|':
        cells = [cell for row in csv.reader(ran.stdout.decode().splitlines(), delimiter=mark) for cell in row]
        yield f'nor where {mark!r} separates', not [cell for cell in cells if start.match(cell) and cell != '-'], cells
    yield 'the check finds one', bool(start.match('=1+1')), ''


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, [name for name, _ in attrs if name.startswith('on')],
                           [value for _, value in attrs if (value or '').strip().lower().startswith('javascript:')]))


def tags(path):
    reader = Tags()
    reader.feed(path.read_text(encoding='utf-8'))
    return reader.found


def pages(rig):
    """Markup in names, domains and reasons that the page shows"""
    mild, bad = rig.folder / 'mild', rig.folder / 'bad'
    for folder, names, domain in ((mild, [f'{i}.eml' for i in range(len(HOSTILE_NAMES))], 'evil.example.org'),
                                  (bad, HOSTILE_NAMES, '"<script>alert(1)</script>"')):
        folder.mkdir()
        for name in names:
            (folder / name.replace('/', '')).write_bytes(f'From: x <b@{domain}>\nDKIM-Signature: v=1; d={domain}; s={domain}\n\nx\n'
                                                         .encode())
        ran = rig('batch', *BASE, '--zone', rig.nothing, '--output', 'none', '--html', rig.folder / f'{folder.name}.html', folder)
        yield folder.name, ran.returncode in (0, 10), ran.stderr
    harmless, found = tags(rig.folder / 'mild.html'), tags(rig.folder / 'bad.html')
    for tag in ('script', 'img', 'iframe', 'object', 'embed', 'base', 'meta', 'link', 'form'):
        yield f'no more <{tag}>', [each[0] for each in found].count(tag) == [each[0] for each in harmless].count(tag), tag
    yield 'no handlers', not [each for each in found if each[1] or each[2]], found
    probe = Tags()
    probe.feed(HOSTILE_NAMES[12])
    yield 'the check finds one', bool(probe.found and probe.found[0][1]), ''


def bombs(rig):
    """Small input that becomes large: packed files, MIME parts in MIME parts"""
    packed = rig.folder / 'bomb.eml.gz'
    with gzip.open(packed, 'wb', compresslevel=9) as out:
        out.write(PLAIN)
        for _ in range(256):
            out.write(b'\0' * (1 << 20))
    status, seconds, mib = rig.cost('batch', *BASE, '--zone', rig.nothing, '--output', 'none', '--max-size', '1M', packed)
    yield 'gzip', status in (0, 10) and seconds < 5 and mib < 64, (status, seconds, mib)
    deep = b''.join(b'Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n' % (i, i) for i in range(12000))
    for name, body in (('parts in parts', deep), ('empty parts', b'--b0\r\n\r\n' * 100000),
                       ('quoted-printable', b'=\r\n' * 300000), ('boundary of dashes', b'--' * 400000)):
        message = b'From: ceo@example.com\r\nDKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=x; h=from;' \
            b' bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n' + body
        status, seconds, mib = rig.cost('explain', *BASE, *SENDER, '--zone', rig.nothing, text=message)
        yield name, status in (0, 10, 11) and seconds < 2 and mib < 128, (status, seconds, mib)


def libraries(rig):
    """Which libraries are in the process: one with remotely exploitable holes only if it is requested"""
    for name, more, wanted in (('default', [], False), ('asked for', ['--spf-engine', 'libspf2'], True)):
        ran = rig(*BASE, *SENDER, '--zone', rig.nothing, *more, env={'LD_DEBUG': 'files', 'PATH': '/usr/bin:/bin'})
        if b'without libspf2' in ran.stderr:
            continue
        yield name, (b'libspf2' in ran.stderr) == wanted, ran.stderr[-300:]


def commands(rig):
    """What the client sends is neither in COMMAND's environment nor read by a shell."""
    shock = '() { :;}; echo vulnerable'
    for value in (shock, '$(touch shell)', '`touch shell`', '; touch shell', '-oQ/tmp -X/tmp/x', '|touch shell'):
        options = [word for option in ('--mail-from', '--helo', '--rcpt', '--queue-id') for word in (option, value)]
        ran = rig(*BASE, '--zone', rig.nothing, '--client-ip', '203.0.113.66', *options, '--', '/usr/bin/env', cwd=rig.folder)
        yield value, ran.returncode in (0, 10, 11, 75) and value.encode() not in ran.stdout, ran.stdout[-300:]
        yield value + ': no shell', not (rig.folder / 'shell').exists() and b'vulnerable' not in ran.stdout, ''
    ran = rig(*BASE, '--zone', rig.nothing, *SENDER, '--', '/usr/bin/env', env={'SHOWN': shock})
    yield 'the check finds one', shock.encode() in ran.stdout, (ran.returncode, ran.stdout)


ROWS = (
    Row('answers of others than the name server', 'RFC 5452; US-CERT VU#800113 (Kaminsky)', poisoning),
    Row('ids and ports that can be guessed', 'RFC 5452 9.2; Klein: BIND 9 DNS Cache Poisoning, 2007', predictable),
    Row('questions to a victim\'s name servers', 'RFC 7208 11.1; RFC 6376 8.4', amplification),
    Row('floods of TXT records', 'RFC 6376 6.1.2, 8.4; compare CVE-2023-50387 (KeyTrap)', floods),
    Row('lines in logs and fields', 'CWE-93, CWE-117', logs),
    Row('escapes and turned text on terminals', 'CVE-2003-0063; CVE-2021-42574 (Trojan Source)', terminal),
    Row('formulas in tables', 'OWASP: CSV Injection; CWE-1236', formulas),
    Row('markup in pages', 'OWASP: Cross Site Scripting; CWE-79', pages),
    Row('bombs of packed files and of MIME', 'CWE-409; Zhang et al.: Inbox Invasion, ACM CCS 2024', bombs),
    Row('holes of libspf2', 'Bennett et al.: SPFail, IMC 2022; CVE-2021-33912, CVE-2023-42118', libraries),
    Row('commands in names', 'CVE-2014-6271 (Shellshock); CWE-78', commands),
)


def judge(suite, program, row, folder):
    """The number of checks made"""
    place = pathlib.Path(folder) / row.run.__name__
    place.mkdir()
    tried = 0
    for what, good, seen in row.run(Rig(program, place)):
        suite.check(f'{row.name}: {what}', good, seen)
        tried += 1
    suite.check(f'{row.name}: is tried', tried > 0)
    return tried
