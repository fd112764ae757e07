"""cases.py: what is sent to each host, and what must become of it."""

import itertools
import os
import re
import time

import proxy
from rig import BAD, GOOD, Session, until

COUNT = itertools.count(1)
WITH_COMMAND = ('exim-pipe',)
IN_SESSION = ('exim-av', 'postfix-proxy', 'postfix-live')      # rejects while the client waits
NEXT_HOP = ('postfix', 'postfix-lmtp', 'postfix-smtp', 'postfix-proxy', 'postfix-live')
HOLDS = ('postfix', 'postfix-lmtp', 'postfix-smtp')
REJECT = '5.7.26 Message from reject.example (p=reject at _dmarc.reject.example) failed DMARC'
RELAY = '127.0.0.200'
KILLED = '#!/bin/sh\nkill -KILL $$\n'
CRASHED = '#!/bin/sh\nkill -SEGV $$\n'
HANGS = '#!/bin/sh\ncat >/dev/null\nexec sleep 30\n'
FAILS = '#!/bin/sh\ncat >/dev/null\nexit 1\n'
EARLY = '#!/bin/sh\nexit 0\n'
HALF = '#!/bin/sh\nhead -c 20\nkill -KILL $$\n'


class Mail:
    """One message; mark is in its recipients, its reverse-path and its own field."""

    def __init__(self, author, body=b'Hello.\n', path=None, client=GOOD, helo=b'helo.pass.example',
                 rcpts=1, utf8=False, extra=b''):
        self.mark = b'm%dq' % next(COUNT)
        self.path = b's' + self.mark + b'@pass.example' if path is None else path.replace(
            b'MARK', self.mark)
        self.client, self.helo, self.rcpts, self.body = client, helo, rcpts, body
        self.options = (b' BODY=8BITMIME' if not body.isascii() or utf8 else b'') + (
            b' SMTPUTF8' if utf8 else b'')
        self.local = '\u7528\u6237'.encode() if utf8 else b'u'
        self.extra = extra
        self.head = b'From: "A, B" <a@%s>\nTo: undisclosed-recipients:;\nSubject: test  of\n\t%s\n' \
            b'Date: Thu, 01 Jan 2026 08:59:30 +0900\nMessage-ID: <%s@pass.example>\n%s' % (
                author, self.mark, self.mark, extra)

    def text(self):
        return self.head + b'\n' + self.body

    def ours(self, message):
        return b'Message-ID: <%s@' % self.mark in message and \
            not re.search(rb'(?im)^(from|return-path):.*mailer-daemon', message.split(b'\n\n')[0]
                          .split(b'Message-ID')[0])


class Host:
    def __init__(self, world, name, server, port, domain, place):
        self.world, self.name, self.server, self.port = world, name, server, port
        self.domain, self.place = domain, place
        self.sent = []      # (Mail, how many must have arrived, how many bounces)

    def smtp(self, mail, raw=None):
        rcpts = [mail.local + b'%d-' % n + mail.mark + b'@' + self.domain
                 for n in range(mail.rcpts)]
        session = Session(self.port, mail.client)
        return session.send(mail.helo, mail.path, rcpts, mail.text() if raw is None else raw,
                            mail.options, raw is not None)

    def look(self):
        """([messages in the inbox], [messages in the junk folder]), of every mail; None: a sink"""
        return self.server.boxes(self.place) if isinstance(self.place, str) else None

    def arrived(self, mail, boxes=None):
        """The same for one mail; boxes: what look() returned, or they are read now."""
        if not isinstance(self.place, str):
            own = [each for each in self.place.find(mail.mark) if mail.ours(each[2])
                   and each[0].strip(b'<>') == mail.path]
            return [each[2] for each in own for _ in each[1]], []
        inbox, junk = boxes or self.look()
        return [each for each in inbox if mail.ours(each)], [each for each in junk
                                                             if mail.ours(each)]

    def both(self, mail, boxes=None):
        inbox, junk = self.arrived(mail, boxes)
        return inbox + junk

    def bounces(self, mail):
        return [each[2] for each in self.world.sink.find(mail.mark)
                if each[0] == b'' and b'MAILER-DAEMON' in each[2].upper()[:2000]]

    def queued(self, mail):
        return self.server.queue(mail.mark)

    # what must hold
    def wait(self, mail, n=None):
        """The messages, once all have arrived; or a text saying what is wrong."""
        n = mail.rcpts if n is None else n
        if not until(lambda: len(self.both(mail)) >= n, 40 if len(mail.body) > 1 << 20 else 15):
            return '%d of %d arrived; queue %s' % (len(self.both(mail)), n, self.queued(mail))
        until(lambda: not self.queued(mail), 5)
        return self.both(mail)

    def whole(self, mail, messages, body=None):
        """Is each of them the message that was sent, below our field?"""
        for each in messages:
            head, _, rest = each.partition(b'\n\n')
            if rest.rstrip(b'\n') != (mail.body if body is None else body).rstrip(b'\n'):
                return 'the body differs: %d octets, %r...' % (len(rest), rest[:60])
            if not (head + b'\n').endswith(mail.head) and self.name != 'exim-filter':
                if mail.head.replace(mail.extra, b'') not in head + b'\n':
                    return 'the header differs: %r' % head[-600:]
        return None


def stamped(messages, *words):
    for each in messages:
        head = re.sub(rb'\r?\n[ \t]+', b' ', each.partition(b'\n\n')[0])
        fields = re.findall(rb'(?im)^Authentication-Results: (mx\.test;.*)$', head)
        if len(fields) != 1:
            return '%d fields of ours: %r' % (len(fields), head[:300])
        for word in words:
            if word not in fields[0]:
                return '%r is not in %r' % (word, fields[0])
        if re.search(rb'(?im)^X-Mailstamp-Envelope:', head):
            return 'the envelope field is left'
    return None


def path_kept(host, mail, messages):
    """The reverse-path that the mailbox received (the sink already checked its own)."""
    if not isinstance(host.place, str):
        return None
    for each in messages:
        got = re.search(rb'(?im)^Return-Path: *<(.*)>$', each)
        if got is None or got.group(1) != mail.path:
            return 'the reverse-path is %r, not %r' % (got and got.group(1), mail.path)
    return None


def marked(messages):
    out = set()
    for each in messages:
        found = re.findall(rb'(?im)^Mailstamp-Disposition: *(\w+)', each.partition(b'\n\n')[0])
        out.update(word.decode() for word in found or [b'none'])
    return '+'.join(sorted(out))


def delivered(host, mail, disposition, *words, bounces=0, body=None):
    """The message arrived once for each recipient, complete, stamped and marked with that disposition."""
    held = disposition != 'none' and host.name in HOLDS
    if held:
        if not until(lambda: 'hold' in host.queued(mail).values()):
            return 'it is not on hold: %s' % host.queued(mail)
        host.server.release(mail.mark)
    got = host.wait(mail)
    if isinstance(got, str):
        return got
    host.sent.append((mail, mail.rcpts, bounces))
    wrong = host.whole(mail, got, body) or path_kept(host, mail, got)
    if not wrong and host.name != 'exim-av':
        wrong = stamped(got, *words)
    if not wrong and marked(got) != disposition:
        wrong = 'Mailstamp-Disposition is %s' % marked(got)
    if not wrong and disposition != 'none' and host.name in ('procmail', 'maildrop') \
            and host.arrived(mail)[0]:
        wrong = 'it is not in the junk folder'
    return wrong


def sent(host, mail, code=250, raw=None):
    got = host.smtp(mail, raw)
    return None if got[0] == code else 'SMTP says %d %s' % got


def accept(host):
    mail = Mail(b'pass.example', extra=b'Authentication-Results: mx.test; dmarc=pass (forged)\n')
    wrong = sent(host, mail) or delivered(host, mail, 'none', b'dmarc=pass', b'spf=pass')
    if not wrong and host.name != 'exim-av' and any(b'forged' in each for each in host.both(mail)):
        return 'a forged field is left'
    return wrong


def quarantine(host):
    mail = Mail(b'quarantine.example', client=BAD)
    return sent(host, mail) or delivered(host, mail, 'quarantine', b'dmarc=fail')


def junk_by_sieve(host):
    """The mail store behind LMTP with contrib's script: marked mail goes to Junk, and only that."""
    for mail, disposition, folder in (
            (Mail(b'quarantine.example', client=BAD), 'quarantine', b'Junk'),
            (Mail(b'reject.example', path=b'', client=BAD), 'reject', b'Junk'),
            (Mail(b'pass.example'), 'none', b'INBOX')):
        wrong = sent(host, mail) or delivered(host, mail, disposition)
        if wrong:
            return wrong
        said = host.server.sieve(host.both(mail)[0])
        if b'store message in folder: ' + folder not in said or said.count(b'store message') != 1:
            return '%s: %r' % (disposition, said)
    return None


def reject_bounce(host):
    """SPF passed for the reverse-path: the actual sender is notified."""
    mail = Mail(b'reject.example', path=b'sMARK@path.example')
    if host.name == 'exim-filter':
        return sent(host, mail) or delivered(host, mail, 'reject', b'dmarc=fail')
    if host.name in IN_SESSION:
        return refused(host, mail)
    wrong = sent(host, mail)
    if wrong:
        return wrong
    if not until(lambda: host.bounces(mail)):
        return 'no bounce; queue %s, arrived %d' % (host.queued(mail), len(host.both(mail)))
    host.sent.append((mail, 0, 1))
    text = host.bounces(mail)[0].decode('utf-8', 'replace')
    wanted = ['5.7.0'] if host.name == 'procmail' else ['5.7.26', 'failed the DMARC policy'] if \
        host.name == 'maildrop' else REJECT.split(' ', 1)
    lacking = [each for each in wanted if each not in re.sub(r'\s+', ' ', text)]
    return 'the bounce lacks %r: %s' % (lacking, text[:1500]) if lacking else None


def refused(host, mail):
    code, text = host.smtp(mail)
    host.sent.append((mail, 0, 0))
    return None if code == 550 and REJECT in re.sub(r'\s+', ' ', text) else \
        'SMTP says %d %s' % (code, text)


def reject_marked(host, mail):
    if host.name in IN_SESSION:
        return refused(host, mail)
    return sent(host, mail) or delivered(host, mail, 'reject', b'dmarc=fail')


def reject_forged(host):
    return reject_marked(host, Mail(b'reject.example', path=b'vMARK@pass.example', client=BAD))


def reject_null(host):
    return reject_marked(host, Mail(b'reject.example', path=b'', client=BAD))


def deferred(host, mail, *words, before=None, after=None):
    """Waits in the queue (or is deferred in the session) while something fails; then it arrives."""
    if before:
        before()
    try:
        if host.name in IN_SESSION:
            code, text = host.smtp(mail)
            wrong = None if code == 451 else 'SMTP says %d %s' % (code, text)
        else:
            wrong = sent(host, mail) or waits(host, mail)
    finally:
        if after:
            after()
    if wrong:
        return wrong
    if host.name in IN_SESSION:
        wrong = sent(host, mail)
    else:       # the try that failed may still hold the message
        until(lambda: host.server.flush() or host.both(mail), 15, 0.5)
    return wrong or delivered(host, mail, 'none', *words)


def waits(host, mail):
    """In the queue after a try; nothing has been delivered."""
    if not until(lambda: any('defer' in each for each in host.queued(mail).values()), 25):
        return 'it does not wait: queue %s, arrived %d, bounced %r' % (
            host.queued(mail), len(host.both(mail)), host.bounces(mail)[:1])
    until(lambda: host.both(mail) or host.bounces(mail), 0.3)
    if host.both(mail) or host.bounces(mail):
        return 'it waits, but %d arrived and %d bounced' % (
            len(host.both(mail)), len(host.bounces(mail)))
    return None


def own_relay(host):
    """A host that relays through us is not evaluated, whatever its mail looks like."""
    mail = Mail(b'reject.example', client=RELAY)
    wrong = sent(host, mail)
    if wrong:
        return wrong
    got = host.wait(mail)
    if isinstance(got, str):
        return got
    host.sent.append((mail, mail.rcpts, 0))
    return None if marked(got) == 'none' else 'Mailstamp-Disposition is %s' % marked(got)


def tempfail(host):
    dns = host.world.dns
    mail = Mail(b'lame.example', path=b'sMARK@lame.example')
    return deferred(host, mail, b'dmarc=pass', before=lambda: dns.lame(True),
                    after=lambda: dns.lame(False))


def program_is(script):
    """Replaces mailstamp by a script for a while."""
    def case(host):
        rig = host.world.rig
        return deferred(host, Mail(b'pass.example'), b'dmarc=pass',
                        before=lambda: rig.swap(rig.program, script),
                        after=lambda: rig.restore(rig.program))
    return case


def command_is(script):
    """For a while, replaces the command that returns the message to the host."""
    def case(host):
        rig, path = host.world.rig, host.server.reinject
        return deferred(host, Mail(b'pass.example', body=b'w' * 70 + b'\n' * 5000), b'dmarc=pass',
                        before=lambda: rig.swap(path, script), after=lambda: rig.restore(path))
    return case


def forged_envelope(host):
    """The field that carries the envelope, without the secret: not believed, and removed."""
    mail = Mail(b'pass.example', client=BAD, path=b'', extra=b'X-Mailstamp-Envelope: secret=0 '
                b'client_address=127.0.0.10 sender=a@pass.example helo_name=helo.pass.example\n')
    return sent(host, mail) or delivered(host, mail, 'reject', b'spf=fail', b'dmarc=fail')


def null_sender(host):
    mail = Mail(b'helo.pass.example', path=b'')
    return sent(host, mail) or delivered(host, mail, 'none', b'spf=pass', b'helo.pass.example')


def recipients(host):
    mail = Mail(b'pass.example', rcpts=5)
    return sent(host, mail) or delivered(host, mail, 'none', b'dmarc=pass')


def smtputf8(host):
    name = 'b\u00fccher.example'.encode()
    mail = Mail(name, path='s\u00e9nder-MARK@'.encode() + name, utf8=True,
                body='Gr\u00fc\u00dfe, \u7528\u6237\n'.encode())
    return sent(host, mail) or delivered(host, mail, 'none', b'dmarc=pass', b'spf=pass')


def body(text):
    def case(host):
        mail = Mail(b'pass.example', body=text)
        return sent(host, mail) or delivered(host, mail, 'none', b'dmarc=pass')
    return case


def folded(text):
    """What Postfix makes of a longer line when it hands the message on: smtp_line_length_limit is 998, and
    the excess begins the next line, after a space (postconf(5)). Nothing is lost."""
    out, rest = text[:998], text[998:]
    while rest:
        out, rest = out + b'\n ' + rest[:997], rest[997:]
    return out


def long_line(host):
    line = bytes(b'0123456789'[n % 10] for n in range(100000))
    mail = Mail(b'pass.example', body=line + b'\nend\n')
    hands_on = host.name in ('postfix-lmtp', 'postfix-smtp')
    return sent(host, mail) or delivered(host, mail, 'none', b'dmarc=pass', body=(
        folded(line) if hands_on else line) + b'\nend\n')


def bare_lf(host):
    """Line ends of both kinds in one session: the message arrives complete, or is refused."""
    mail = Mail(b'pass.example', body=b'one\ntwo\nthree\n')
    raw = mail.head.replace(b'\n', b'\r\n') + b'\r\none\ntwo\r\nthree\r\n'
    code, text = host.smtp(mail, raw)
    if code >= 500:
        return None
    # Exim turns a bare LF into a space
    want = mail.body.replace(b'one\n', b'one ') if host.name.startswith('exim') else mail.body
    return delivered(host, mail, 'none', b'dmarc=pass', body=want) if code == 250 else text


HOSTILE = (
    ('path-quoted', b'"s MARK $(touch CANARY)"@pass.example', None),
    ('path-dash', b'-sMARK@pass.example', None),
    ('path-option', b'--exec=MARK@pass.example', None),
    ('path-semicolon', b'"MARK;touch CANARY;"@pass.example', None),
    ('path-percent', b'MARK%0Arecipient=x%25@pass.example', None),
    ('path-backtick', b'"MARK`touch CANARY`"@pass.example', None),
    ('path-escapes', b'"MARK\\"\\\\ x"@pass.example', None),
    ('path-newline', b'"MARK\rx sender=y"@pass.example', None),
    ('helo-blank', None, b'a b  c'),
    ('helo-dash', None, b'--helo'),
    ('helo-shell', None, b'$(touch CANARY);`touch CANARY`|x'),
    ('helo-quote', None, b'"\' x=y sender=z'),
    ('helo-percent', None, b'x%0Asender=a@b%'),
    ('helo-newline', None, b'x\rMAIL FROM:<x>'),
    ('helo-8bit', None, b'\xff\xfe\x01x'),
    ('helo-long', None, b'x' * 400),
)


def hostile(path, helo):
    """Whatever it is: refused by the server, or delivered once, with one field; nothing is executed."""
    def case(host):
        rig = host.world.rig
        canary = rig.path('canary', 'x')[:-1]
        mark = rig.path('canary', 'hit')
        shell_word = mark.encode()
        mail = Mail(b'pass.example', path=None if path is None else
                    path.replace(b'CANARY', shell_word),
                    helo=(helo or b'helo.pass.example').replace(b'CANARY', shell_word))
        got = host.smtp(mail)
        if got[0] != 250:
            return None if got[0] >= 500 else 'SMTP says %d %s' % got
        # a CR that Exim copies into its own fields makes the header ambiguous; Postfix turns one in a path
        # into a space
        mark_is = 'quarantine' if b'\r' in mail.helo + mail.path and host.name in (
            'exim-av', 'exim-filter', 'exim-pipe') else 'none'
        if host.server is host.world.postfix:
            mail.path = mail.path.replace(b'\r', b' ')
        wrong = delivered(host, mail, mark_is, b'spf=')
        if os.listdir(canary):
            return 'a shell ran what the sender wrote'
        return wrong
    return case


def table(host, full):
    """(name, case) of everything that this host can express."""
    rows = [('accept', accept), ('quarantine', quarantine), ('reject-bounce', reject_bounce),
            ('reject-forged', reject_forged), ('reject-null', reject_null), ('tempfail', tempfail),
            ('killed', program_is(KILLED))]
    if host.name in ('exim-av', 'exim-pipe'):
        rows.append(('own-relay', own_relay))
    if host.name in ('postfix-lmtp', 'postfix-smtp') and not full:
        rows = rows[:2]
    if host.name == 'postfix-live':
        return rows[:1] + proxy.table(host, full)
    if host.name == 'postfix-proxy':
        rows += proxy.table(host, full)
    if host.name == 'postfix-lmtp':
        rows.append(('junk-by-sieve', junk_by_sieve))
    if not full:
        return rows
    rows += [('crashed', program_is(CRASHED)), ('half-written', program_is(HALF)),
             ('missing', program_is(None)),
             ('hangs', program_is(HANGS)), ('null-sender', null_sender),
             ('recipients', recipients), ('smtputf8', smtputf8),
             ('8-bit', body('Gr\u00fc\u00dfe \xff'.encode('latin-1') + b'\n')),
             ('line-998', body(b'x' * 998 + b'\n')), ('line-100000', long_line),
             ('dots', body(b'.\n..\n.x\n\n.\n')), ('mbox-line', body(b'\nFrom here\n>From\n')),
             ('empty-body', body(b'')), ('bare-lf', bare_lf),
             ('30-mib', body((b'y' * 75 + b'\n') * (30 * 1024 * 1024 // 76)))]
    if host.name == 'exim-filter':
        rows.append(('forged-envelope', forged_envelope))
    if host.name in WITH_COMMAND:
        rows += [('command-' + name, command_is(script)) for name, script in (
            ('fails', FAILS), ('ends-early', EARLY), ('hangs', HANGS), ('killed', KILLED),
            ('missing', None))]
    if host.name not in ('exim-filter', 'exim-pipe', 'procmail'):
        # the scanner and maildrop have no limit of their own, and Postfix bounces: our limits are shorter
        rows = [row for row in rows if row[0] != 'hangs']
    if host.name == 'postfix-proxy':     # that script would say nothing, and smtpd waits for 100 s
        rows = [row for row in rows if row[0] != 'half-written']
    rows += [('hostile-' + name, hostile(path, helo)) for name, path, helo in HOSTILE]
    return rows


def account(world):
    """At the end: every message exactly as often as it must be, every bounce, and an empty queue."""
    time.sleep(1)
    for host in world.hosts:
        boxes = host.look()     # once for all of them: there are messages of 30 MiB
        for mail, n, bounces in host.sent:
            got = len(host.both(mail, boxes))
            if got != n:
                yield '%s %s: arrived %d times, expected %d' % (host.name, mail.mark, got, n)
            if len(host.bounces(mail)) != bounces:
                yield '%s %s: %d bounces, expected %d' % (
                    host.name, mail.mark, len(host.bounces(mail)), bounces)
            if host.queued(mail):
                yield '%s %s: left in the queue' % (host.name, mail.mark)

