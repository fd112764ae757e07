"""place.py: this machine as after `apt-get install`, for one run: its folders are written to in memory, its
network is a loopback with addresses from outside, its ports are free.

The blocks of contrib/*/README.md can be pasted here byte for byte, in the right place, system-wide and per
user.
"""

import ctypes
import functools
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

from rig import CONTRIB, Session, Trouble, maildir, until

WRITABLE = ('/etc', '/usr', '/var', '/srv', '/opt', '/root')
PRIVATE = ('/run', '/tmp', '/dev/shm')
SYSLOG = '/var/log/syslog-test'
JSON_LOG = '/var/log/mailstamp-test.json'
GOOD, BAD, RELAY, SERVER = '192.0.2.10', '192.0.2.66', '192.0.2.8', '192.0.2.1'
OUTSIDE = '198.51.100.7'
FENCE = re.compile(r'^```(\w+) ([^\n`]+)\n(.*?)^```$', re.M | re.S)
ANY_FENCE = re.compile(r'^```', re.M)
ZONE = """$ORIGIN {name}.
$TTL 5
@ SOA ns.{name}. root.{name}. 1 60 60 60 5
@ NS ns.{name}.
ns A 127.0.0.1
{rows}"""
EXAMPLE = """pass TXT "v=spf1 ip4:192.0.2.10 -all"
_dmarc.pass TXT "v=DMARC1; p=reject"
reject TXT "v=spf1 -all"
_dmarc.reject TXT "v=DMARC1; p=reject"
quarantine TXT "v=spf1 -all"
_dmarc.quarantine TXT "v=DMARC1; p=quarantine"
path TXT "v=spf1 ip4:192.0.2.10 ip4:192.0.2.66 -all"
helo.pass TXT "v=spf1 ip4:192.0.2.10 -all"
"""
NSD = """server:
  ip-address: 127.0.0.1
  username: ""
  zonesdir: "/etc/nsd"
  database: ""
  pidfile: "/run/nsd-test.pid"
  xfrdfile: "/var/tmp/xfrd.state"
  zonelistfile: "/var/tmp/zone.list"
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: example
  zonefile: example.zone
zone:
  name: example.net
  zonefile: example.net.zone
zone:
  name: test
  zonefile: test.zone
zone:
  name: lame.example
  zonefile: lame.zone
"""


def run(*argv, **more):
    more.setdefault('check', True)
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL if 'input' not in more else None, **more)
    return done.stdout.decode('utf-8', 'replace')


def put(path, text, mode='w'):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, mode, encoding='utf-8') as out:
        out.write(text)


def reloaded(what):
    """Calls what(), which makes Postfix reload, and waits until its master has: a client that connects
    earlier would meet the old configuration."""
    before = Site.log().count(' reload -- ')
    out = what()
    if not until(lambda: Site.log().count(' reload -- ') > before, 10):
        raise Trouble('Postfix did not reload: ' + Site.log()[-900:])
    return out


class Readme:
    """The fenced blocks of a README: `sh NAME` is run, `conf PATH` is added to that file."""

    blocks, used = {}, set()

    def __init__(self, site, name):
        self.site, self.name = site, name
        self.folder = os.path.join('/opt/contrib', name)
        with open(os.path.join(CONTRIB, name, 'README.md'), encoding='utf-8') as data:
            text = data.read()
        found = FENCE.findall(text)
        if len(ANY_FENCE.findall(text)) != 2 * len(found):
            raise Trouble('%s: a fence without a kind and a name' % name)
        seen = {}
        for kind, where, block in found:
            seen[where] = seen.get(where, -1) + 1
            key = where if seen[where] == 0 else '%s#%d' % (where, seen[where])
            self.blocks[name, key] = (kind, block)

    def block(self, where):
        names = [key for key in self.blocks if key[0] == self.name and
                 key[1].split('#')[0] == where]
        if not names:
            raise Trouble('%s has no block %s' % (self.name, where))
        return names

    def paste(self, where, nth=0, user=None, **environment):
        key = self.block(where)[nth]
        kind, text = self.blocks[key]
        self.used.add(key)
        if kind == 'sh':
            argv = ['bash', '-e', '-u', '-o', 'pipefail', '-c', text]
            if user:
                argv = ['setpriv', '--reuid', user, '--regid', user, '--init-groups'] + argv
            env = dict(os.environ, HOME='/root' if not user else '/srv/' + user, **environment)
            pasted = functools.partial(run, *argv, cwd=self.folder, env=env)
            return reloaded(pasted) if 'postfix reload' in text else pasted()
        place = where
        if place.startswith('~/'):
            place = '/srv/%s/%s' % (user, place[2:])
        put(place, text, 'a')
        if user:
            shutil.chown(place, user, user)
        return place

    def elsewhere(self, where, nth):
        """A block for another release of its host, which is used on a machine with that release."""
        self.used.add(self.block(where)[nth])

    @classmethod
    def unused(cls):
        return sorted('contrib/%s/README.md: %s' % key for key in cls.blocks
                      if key not in cls.used)


class Site:
    def __init__(self, build):
        self.build, self.children, self.count = build, [], 0
        self.disk = '/mnt'      # private: in our own mount name space

    def enter(self):
        """From here on this process and its children are alone on the machine."""
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(0x20000 | 0x40000000) != 0:         # CLONE_NEWNS, CLONE_NEWNET
            raise Trouble('unshare: ' + os.strerror(ctypes.get_errno()))
        run('mount', '--make-rprivate', '/')
        run('mount', '-t', 'tmpfs', '-o', 'mode=755', 'none', self.disk)
        for place in WRITABLE:
            name = os.path.join(self.disk, place[1:])
            os.makedirs(name + '.new')
            os.makedirs(name + '.work')
            shutil.copystat(place, name + '.new')
            run('mount', '-t', 'overlay', 'overlay', '-o', 'lowerdir=%s,upperdir=%s,workdir=%s' % (
                place, name + '.new', name + '.work'), place)
        kept = self.keep()
        for place in PRIVATE:
            run('mount', '-t', 'tmpfs', '-o', 'mode=1777' if place != '/run' else 'mode=755',
                'none', place)
        for path, name in kept:
            os.makedirs(path, exist_ok=True)
            run('mount', '--move', name, path)
        self.devices()
        run('ip', 'link', 'set', 'lo', 'up')
        for address in (GOOD, BAD, RELAY, SERVER, OUTSIDE):
            run('ip', 'address', 'add', address + '/32', 'dev', 'lo')
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        self.base()

    def keep(self):
        """Bind mounts of the checkout and the build folder, if the new /tmp or /run would hide them."""
        kept = []
        for path in (os.path.dirname(os.path.realpath(CONTRIB)), os.path.realpath(self.build)):
            hidden = any(path.startswith(each + '/') for each in PRIVATE)
            if hidden and not any((path + '/').startswith(each + '/') for each, _ in kept):
                kept.append((path, '%s/kept.%d' % (self.disk, len(kept))))
                os.mkdir(kept[-1][1])
                run('mount', '--bind', *kept[-1])
        return kept

    def devices(self):
        """A private /dev, with a syslog that can be read: SYSLOG."""
        run('mkdir', self.disk + '/dev')
        run('mount', '-t', 'tmpfs', '-o', 'mode=755', 'none', self.disk + '/dev')
        run('bash', '-c', 'cd %s/dev && cp -a /dev/{null,zero,full,random,urandom,tty} . && mkdir pts shm && '
            'ln -s /proc/self/fd fd && ln -s fd/0 stdin && ln -s fd/1 stdout && ln -s fd/2 stderr && '
            'chmod 1777 shm && mount --move . /dev' % self.disk)
        put(SYSLOG, '')
        log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        log.bind('/dev/log')
        os.chmod('/dev/log', 0o666)

        def write():
            while True:
                put(SYSLOG, log.recv(65536).decode('utf-8', 'replace').rstrip('\0\n') + '\n', 'a')

        threading.Thread(target=write, daemon=True).start()

    @staticmethod
    def syslog(*words):
        """Its lines with all of these words, logged by mailstamp."""
        with open(SYSLOG, encoding='utf-8') as lines:
            return [line for line in lines if 'mailstamp[' in line and all(word in line for word in words)]

    def base(self):
        put('/etc/hosts', '127.0.0.1 localhost\n192.0.2.1 mx.test mx\n::1 localhost\n')
        put('/etc/resolv.conf', 'nameserver 127.0.0.1\n')
        put('/etc/mailname', 'mx.test\n')
        put('/etc/aliases', '')
        libc = ctypes.CDLL(None)
        libc.unshare(0x04000000)                            # CLONE_NEWUTS
        libc.sethostname(b'mx.test', 7)
        for user in ('alice', 'bob', 'carol'):
            if not any(each.pw_name == user for each in pwd.getpwall()):
                run('useradd', '--create-home', '--base-dir', '/srv', '--shell', '/bin/bash', user)
        # homes as adduser makes them since Debian 11, and useradd since 13
        run('bash', '-c', 'chmod 700 /srv/{alice,bob,carol} && cd /srv/alice && '
            'mkdir -p Maildir/{new,cur,tmp} && chown -R alice: /srv/alice')
        shutil.copytree(CONTRIB, '/opt/contrib')
        shutil.copy(os.path.join(self.build, 'mailstamp'), '/usr/bin/mailstamp')
        self.fresh()
        put('/var/log/mail.log', '')
        self.dns(lame=False)

    def fresh(self):
        """/etc/mailstamp as `make install` leaves it."""
        if not until(self.no_user, 20):         # a filter of the case before may still run
            raise Trouble('the user mailstamp cannot be removed')
        shutil.rmtree('/etc/mailstamp', ignore_errors=True)
        shutil.rmtree('/var/log/mailstamp', ignore_errors=True)
        put('/etc/mailstamp/mailstamp.conf.sample',
            open('/opt/contrib/mailstamp.conf.sample', encoding='utf-8').read())

    @staticmethod
    def no_user():
        run('userdel', 'mailstamp', check=False)
        return not any(each.pw_name == 'mailstamp' for each in pwd.getpwall())

    def dns(self, lame):
        key = 'p=' + self.key() if os.path.exists('/etc/dkimkeys/s1.private') else 'p='
        put('/etc/nsd/example.zone', ZONE.format(name='example', rows=EXAMPLE))
        put('/etc/nsd/example.net.zone', ZONE.format(name='example.net', rows='imap A 192.0.2.8\n'))
        put('/etc/nsd/test.zone', ZONE.format(name='test', rows=(
            'mx A 192.0.2.1\nmx TXT "v=spf1 ip4:192.0.2.1 -all"\n_dmarc.mx TXT "v=DMARC1; p=reject"\n'
            's1._domainkey.mx TXT "v=DKIM1; k=rsa; " "%s" "%s"\n' % (key[:200], key[200:]))))
        if lame and os.path.exists('/etc/nsd/lame.zone'):
            os.unlink('/etc/nsd/lame.zone')
        elif not lame:
            put('/etc/nsd/lame.zone', ZONE.format(name='lame.example', rows=(
                '@ TXT "v=spf1 ip4:192.0.2.10 -all"\n_dmarc TXT "v=DMARC1; p=reject"\n')))
        put('/etc/nsd/nsd.conf', NSD)
        self.stop('nsd')
        self.start('nsd', '/usr/sbin/nsd', '-d', '-c', '/etc/nsd/nsd.conf')
        if not until(lambda: 'v=spf1' in run('mailstamp', 'inspect', '--output', 'json',
                                             '--dns-timeout', '0.3', 'pass.example', check=False)):
            raise Trouble('nsd does not answer')

    @staticmethod
    def key():
        return ''.join(run('openssl', 'pkey', '-in', '/etc/dkimkeys/s1.private',
                           '-pubout').splitlines()[1:-1])

    def start(self, name, *argv):
        log = open('/var/log/test-' + name, 'ab')
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                 start_new_session=True)
        log.close()
        self.children.append((name, child))

    def stop(self, name=None):
        for each in [each for each in self.children if name in (None, each[0])]:
            self.children.remove(each)
            each[1].terminate()
            try:
                each[1].wait(10)
            except subprocess.TimeoutExpired:
                pass
            try:
                os.killpg(each[1].pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            each[1].wait()

    def close(self):
        self.stop()

    @staticmethod
    def reload():
        reloaded(lambda: run('postfix', 'reload'))

    # Postfix as Debian installs it
    def postfix(self, *settings):
        run('postfix', 'stop', check=False)
        shutil.copy('/usr/share/postfix/master.cf.dist', '/etc/postfix/master.cf')
        put('/etc/postfix/main.cf', 'compatibility_level = 3.6\nmyhostname = mx.test\n'
            'mydestination = mx.test, localhost\nmynetworks = 127.0.0.0/8\ninet_protocols = ipv4\n'
            'alias_maps =\nsmtpd_relay_restrictions = permit_mynetworks reject_unauth_destination\n'
            'maillog_file = /var/log/mail.log\nsmtpd_error_sleep_time = 0\nbiff = no\n'
            'smtpd_client_connection_rate_limit = 0\nminimal_backoff_time = 1s\n'
            'recipient_delimiter = +\nmessage_size_limit = 20480000\nrelayhost = [127.0.0.1]:1\n' +
            ''.join(each + '\n' for each in settings))
        # a chroot without the system's files has no resolver
        run('sed', '-i', r's/^\(\S\+ \+\S\+ \+\S\+ \+\S\+ \+\)y/\1n/', '/etc/postfix/master.cf')
        for place in ('/etc/procmailrc', '/etc/maildroprc', '/srv/alice/.procmailrc',
                      '/srv/bob/.procmailrc', '/srv/alice/.mailfilter', '/srv/bob/.mailfilter'):
            if os.path.exists(place):
                os.unlink(place)
        shutil.rmtree('/var/spool/postfix/deferred', ignore_errors=True)
        put('/var/log/mail.log', '')
        run('postfix', 'check', check=False)
        run('postfix', 'start')
        if not until(lambda: os.path.exists('/var/spool/postfix/public/pickup')):
            raise Trouble('Postfix did not start: ' + self.log())

    @staticmethod
    def log():
        with open('/var/log/mail.log', encoding='utf-8', errors='replace') as text:
            return text.read()

    def mark(self):
        self.count += 1
        return 'm%dq' % self.count

    def smtp(self, author, to='alice', path=None, client=GOOD, port=25, extra='', helo='client.test',
             before=()):
        """(mark, (code, text) of the last reply) of one message."""
        mark = self.mark()
        session = Session(port, client, server='127.0.0.1' if client.startswith('127.')
                          else SERVER)
        text = 'From: a@%s\nTo: x@mx.test\nSubject: t\nMessage-ID: <%s@x.example>\n%s\nHello.\n' % (
            author, mark, extra)
        path = ('s-MARK@' + author if path is None else path).replace('MARK', mark)
        return mark, session.send(helo.encode(), path.encode(), [b'%s@mx.test' % each.encode()
                                  for each in to.split()], text.encode(),
                                  between=[each.encode() for each in before])

    def json_log(self):
        """From here on each message is logged there."""
        put(JSON_LOG, '')
        os.chmod(JSON_LOG, 0o666)
        put('/etc/mailstamp/mailstamp.conf', 'json-log=%s\n' % JSON_LOG, 'a')

    @staticmethod
    def judged(mark):
        """[the object of each run] for that message."""
        with open(JSON_LOG, encoding='utf-8') as lines:
            return [each for each in map(json.loads, lines) if '<%s@' % mark in str(each)]

    @staticmethod
    def boxes(user):
        """{folder: [messages]} of everything in that user's mail, mbox and Maildir."""
        out = {}
        for name, place in (('inbox', '/var/mail/' + user),
                            ('junk', '/srv/%s/mail/junk' % user)):
            if os.path.exists(place):
                with open(place, 'rb') as data:
                    out.setdefault(name, []).extend(
                        each for each in re.split(rb'(?m)^From (?=\S+ +\w{3} )', data.read())
                        if each)
        for name, place in (('inbox', ''), ('junk', '/.Junk')):
            place = '/srv/%s/Maildir%s' % (user, place)
            if os.path.isdir(place + '/new'):
                out.setdefault(name, []).extend(maildir(place))
        return out

    def find(self, user, mark):
        """[(folder, message)] of that mark"""
        return [(name, each) for name, all_of in self.boxes(user).items() for each in all_of
                if ('<%s@' % mark).encode() in each and b'MAILER-DAEMON' not in each[:400]]

    def arrives(self, user, mark, n=1):
        until(lambda: len(self.find(user, mark)) >= n, 12)
        time.sleep(0.2)
        return self.find(user, mark)

    def queued(self, mark):
        return [line for line in run('postqueue', '-j', check=False).splitlines()
                if 's-' + mark in line]

    def defers(self, mark, n=1):
        """Has the queue manager deferred it that many times?"""
        return until(lambda: len(self.logged(mark, 'status=deferred')) >= n, 15)

    def logged(self, mark, word):
        """Lines of the mail log with that word, for the queue ids that have the mark."""
        log = self.log()
        ids = set(re.findall(r'(\w{6,}): from=<s-%s' % mark, log))
        return [line for line in log.splitlines() if word in line and
                any(each + ':' in line for each in ids)]


def fields(message, name):
    head = re.sub(rb'\r?\n[ \t]+', b' ', message.partition(b'\n\n')[0])
    return [each.decode('utf-8', 'replace') for each in re.findall(
        rb'(?im)^%s: *(.*)$' % name.encode(), head)]
