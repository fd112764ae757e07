"""faults.py: what goes wrong around each host, and what became of the message.

Each fault lasts for one attempt and is then removed. Whatever it is, the message has arrived complete and
once for each recipient, or waits in the queue (is deferred in the session) and arrives at the next attempt.
The table at the end counts: `whole` at the first try; `waited`, and arrived after it; `twice`, where
mailstamp was killed after COMMAND had handed the message on (kills.py); `WRONG`.
"""

import collections
import os
import random
import socket
import subprocess
import threading

import cases
import kills
from rig import free_port, until

OUTCOMES = ('whole', 'waited', 'twice', 'WRONG')
TABLE = collections.OrderedDict()
BODY = b'A line of some length, so that there is something to write.\n' * 5000
LARGE = BODY * 60          # over what is kept in memory
CLOSED = '#!/bin/sh\nexec %s.real "$@" >&-\n'
SHORT = '#!/bin/bash\n%s.real "$@" | head -c 100\nexit ${PIPESTATUS[0]}\n'


def count(host, name, outcome):
    TABLE.setdefault((host.name, name), collections.Counter())[outcome] += 1


def first_try(host, mail):
    """whole or waited, once the host has decided; else a text saying what is wrong."""
    code, text = host.smtp(mail)
    if code == 451 and host.name in cases.IN_SESSION:
        return 'waited', None
    if code != 250:
        return None, 'SMTP says %d %s' % (code, text)

    def settled():
        queued = host.queued(mail).values()
        return (len(host.both(mail)) >= mail.rcpts and 'whole') or (
            any(each in ('deferred', 'hold') for each in queued) and 'waited') or (
            host.bounces(mail) and 'bounced')

    got = until(settled, 45)
    if got in ('whole', 'waited'):
        return got, None
    return None, '%s; queue %s' % (got or 'neither here nor there', host.queued(mail))


def through(host, name, mail, before, after, may_repeat=lambda: False,
            wants=OUTCOMES[:2]):
    """One message through a fault; a text saying what is wrong, or None."""
    before()
    try:
        outcome, wrong = first_try(host, mail)
        seen = host.both(mail) if outcome == 'whole' else []
    finally:
        after()
    if not wrong and outcome not in wants:
        wrong = 'it is %s' % outcome
    if not wrong and outcome == 'waited':
        if any(each == 'hold' for each in host.queued(mail).values()):
            host.server.release(mail.mark)
        elif host.name == 'postfix-proxy':      # the client was told to try again, and does
            wrong = None if host.queued(mail) else cases.sent(host, mail)
        elif host.name == 'exim-av' and not host.queued(mail) and not host.both(mail):
            wrong = cases.sent(host, mail)
    if not wrong:
        wrong = arrives(host, mail)
    if not wrong and 'DNS' in name and any(b'dmarc=pass' in each for each in seen):
        wrong = 'a pass without DNS'
    if not wrong:
        n = len(host.both(mail))
        if n == 2 * mail.rcpts and may_repeat():
            outcome = 'twice'
        elif n != mail.rcpts:
            wrong = 'arrived %d times' % n
        host.sent.append((mail, n, 0))
    count(host, name, 'WRONG' if wrong else outcome)
    return '%s: %s' % (mail.mark.decode(), wrong) if wrong else None


def arrives(host, mail):
    """All of it arrives, complete, and nothing is left in the queue."""
    def done():
        if not host.queued(mail) and len(host.both(mail)) >= mail.rcpts:
            return True
        host.server.flush()
        return False

    if not until(done, 40, 0.4):
        return '%d arrived, queue %s' % (len(host.both(mail)), host.queued(mail))
    got = host.both(mail)
    return host.whole(mail, got) or (
        None if host.name == 'exim-av' else cases.stamped(got))


def mail_of(body=BODY):
    return cases.Mail(b'pass.example', body=body)


def program(name, script, wants=OUTCOMES[:2]):
    def case(host):
        rig = host.world.rig
        return through(host, name, mail_of(), lambda: rig.swap(rig.program, script % rig.program),
                       lambda: rig.restore(rig.program), wants=wants)
    return case


class Liar:
    """A name server on loopback that answers badly over UDP (and not at all over TCP)."""

    def __init__(self, kind):
        self.kind, self.port, self.end = kind, free_port(), threading.Event()
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(('127.0.0.1', self.port))
        self.sock.settimeout(0.1)
        self.late = []
        self.asked = 0
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while not self.end.is_set():
            try:
                query, peer = self.sock.recvfrom(4096)
            except socket.timeout:
                continue
            self.asked += 1
            if self.kind == 'slow':
                timer = threading.Timer(6, self.reply, (self.forged(query, b'\x81\x80'), peer))
                timer.daemon = True
                timer.start()
                self.late.append(timer)
                continue
            self.reply(getattr(self, self.kind.replace(' ', '_'))(query), peer)

    def reply(self, data, peer):
        try:
            self.sock.sendto(data, peer)
        except OSError:
            pass

    @staticmethod
    def question(query):
        at = 12
        while query[at]:
            at += 1 + query[at]
        return query[12:at + 5]

    def forged(self, query, flags, ident=None, question=None):
        """An answer that would let everything pass."""
        text = b'v=DMARC1; p=none' if b'_dmarc' in query else b'v=spf1 +all'
        return (ident or query[:2]) + flags + b'\0\1\0\1\0\0\0\0' + (
            question or self.question(query)) + b'\xc0\x0c\0\x10\0\1\0\0\0\x05' + \
            (len(text) + 1).to_bytes(2, 'big') + bytes([len(text)]) + text

    def wrong_id(self, query):
        return self.forged(query, b'\x81\x80', bytes([query[0] ^ 255, query[1]]))

    def wrong_question(self, query):
        return self.forged(query, b'\x81\x80', None, b'\5wrong\4test\0\0\x10\0\1')

    def truncated(self, query):
        return query[:2] + b'\x83\x80\0\1\0\0\0\0\0\0' + self.question(query)

    def cut_off(self, query):
        return self.forged(query, b'\x81\x80')[:-5]

    def garbage(self, query):
        return query[:2] + b'\x81\x80' + random.Random(query).randbytes(200)

    def servfail(self, query):
        return query[:2] + b'\x81\x82\0\1\0\0\0\0\0\0' + self.question(query)

    def referral(self, query):
        """Refers to another name server, which is this one again."""
        return query[:2] + b'\x80\0\0\1\0\0\0\1\0\0' + self.question(query) + \
            b'\xc0\x0c\0\2\0\1\0\0\0\5\0\2\xc0\x0c'

    def alias_loop(self, query):
        """The name is an alias of itself."""
        return query[:2] + b'\x81\x80\0\1\0\1\0\0\0\0' + self.question(query) + \
            b'\xc0\x0c\0\5\0\1\0\0\0\5\0\2\xc0\x0c'

    def close(self):
        self.end.set()
        self.thread.join()
        for timer in self.late:
            timer.cancel()
        self.sock.close()


def reconfigure(host, change):
    """The configuration file is read at each run: replaces it in one step."""
    rig = host.world.rig
    rig.write('mailstamp.conf.next', change(host.world.conf_text))
    os.rename(rig.path('mailstamp.conf.next'), rig.path('mailstamp.conf'))


def other_dns(kind):
    def case(host):
        liar, port = None, free_port()
        if kind != 'dead':
            liar = Liar(kind)
            port = liar.port
        own = 'resolver=127.0.0.1:%d' % host.world.dns.port

        def change(text):
            return text.replace(own, 'resolver=127.0.0.1:%d' % port).replace(
                'dns-timeout=2', 'dns-timeout=1').replace('deadline=8', 'deadline=2')

        try:
            wrong = through(host, 'DNS ' + kind, mail_of(), lambda: reconfigure(host, change),
                            lambda: reconfigure(host, lambda text: text))
            if not wrong and liar and not liar.asked:
                wrong = 'nobody asked it'
        finally:
            if liar:
                liar.close()
        return wrong
    return case


class Disk:
    """A file system of 1 MiB over a folder, with the same owner and folders in it."""

    def __init__(self, place):
        self.place = place

    def mount(self):
        made = [(folder, os.stat(folder)) for folder, _, _ in os.walk(self.place)]
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', self.place], check=True)
        for folder, info in made:
            os.makedirs(folder, exist_ok=True)
            os.chown(folder, info.st_uid, info.st_gid)
            os.chmod(folder, info.st_mode & 0o7777)
        # no room at all
        with open(os.path.join(self.place, 'filler'), 'wb', buffering=0) as out:
            try:
                while True:
                    out.write(b'x' * 4096)
            except OSError:
                pass

    def left(self):
        """Files in it that were not written completely."""
        return [name for _, _, names in os.walk(self.place) for name in names if name != 'filler']

    def umount(self):
        subprocess.run(['umount', '-l', self.place], check=True)


def can_mount(rig):
    disk = Disk(rig.path('try', 'x')[:-2])
    try:
        disk.mount()
    except (OSError, subprocess.SubprocessError):
        return False
    disk.umount()
    return True


def spool_full(host):
    rig = host.world.rig
    place = rig.path('spool', 'x')[:-2]
    os.chmod(place, 0o1777)
    disk = Disk(place)

    def before():
        disk.mount()
        reconfigure(host, lambda text: text + 'spool-dir=%s\n' % place)

    left = []

    def after():
        left.extend(disk.left())
        reconfigure(host, lambda text: text)
        disk.umount()

    wrong = through(host, 'spool disk full', mail_of(LARGE), before, after)
    return wrong or ('left in the spool: %s' % left if left else None)


def mailbox_full(host):
    """There is no space where the message is delivered."""
    disk = Disk(host.world.rig.path('mail', host.server.box(host.place), 'Maildir'))
    return through(host, 'mailbox disk full', mail_of(), disk.mount, disk.umount,
                   wants=('waited',))


def queue_full(host):
    """There is no space where COMMAND puts it."""
    disk = Disk(host.server.reinjected)
    return through(host, 'queue disk full', mail_of(), lambda: host.server.queue_fills(disk),
                   lambda: host.server.queue_empties(disk), wants=('waited',))


LIES = ('dead', 'slow', 'wrong id', 'wrong question', 'truncated', 'cut off', 'garbage', 'servfail',
        'referral', 'alias loop')


def table(host):
    """(name, case) of the faults that this host can meet."""
    if host.name == 'postfix-live':
        return []
    rows = [('fault-dns-' + kind.replace(' ', '-'), other_dns(kind)) for kind in LIES]
    rows += [('fault-%s-at-random' % name[3:].lower(), kills.at_random(through, mail_of, name))
             for name in ('SIGKILL', 'SIGSEGV')]
    if host.name in cases.WITH_COMMAND:
        rows += [('fault-%s-%s-command' % (name[3:].lower(), 'after' if after else 'before'),
                  kills.around_command(through, mail_of, name, after))
                 for name in ('SIGKILL', 'SIGSEGV', 'SIGTERM') for after in (False, True)]
    rows.append(('fault-stdout-closed', program('stdout closed', CLOSED)))
    if host.name != 'postfix-proxy':        # stdout is no pipe there
        rows.append(('fault-stdout-short', program('stdout closed early', SHORT)))
    if host.world.mounts:
        rows.append(('fault-spool-full', spool_full))
        if isinstance(host.place, str):
            rows.append(('fault-mailbox-full', mailbox_full))
        if host.name in cases.WITH_COMMAND:
            rows.append(('fault-queue-full', queue_full))
    return rows


def show():
    if not TABLE:
        return
    print('%-44s' % 'host and fault' + ''.join('%8s' % each for each in OUTCOMES))
    for (host, name), row in TABLE.items():
        print('%-44s' % (host + ' ' + name) + ''.join('%8d' % row[each] for each in OUTCOMES))
