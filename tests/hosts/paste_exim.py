"""paste_exim.py: contrib/exim/README.md in Debian's Exim with Debian's configuration.

Debian's Exim conflicts with Postfix as a package: its three packages are unpacked over the folders of this
run, which are gone afterwards, and set up as their scripts would.
"""

import glob
import os
import pwd
import re
import shutil
import socket
import threading

from paste_postfix import MARK, STAMP, offered, rcpts_logged
from place import BAD, GOOD, SERVER, Readme, fields, put, run
from rig import Session, Trouble, until

PACKAGES = ('exim4-config', 'exim4-base', 'exim4-daemon-heavy')
OWNER = 'Debian-exim'
DEBCONF = """dc_eximconfig_configtype='internet'
dc_other_hostnames='mx.test'
dc_local_interfaces='127.0.0.1 ; 192.0.2.1'
dc_readhost=''
dc_relay_domains=''
dc_minimaldns='false'
dc_relay_nets=''
dc_smarthost=''
CFILEMODE='644'
dc_use_split_config='false'
dc_hide_mailname=''
dc_mailname_in_oh='true'
dc_localdelivery='maildir_home'
"""
PID = '/run/exim4/exim.pid'


def unpack(build):
    """Where they are; fetched once, while the network is available."""
    place = os.path.join(os.path.abspath(build), 'hosts', 'exim-debian')
    if not os.path.exists(place + '/usr/sbin/update-exim4.conf'):
        os.makedirs(place, exist_ok=True)
        run('apt-get', 'download', *PACKAGES, cwd=place)
        for package in glob.glob(place + '/*.deb'):
            run('dpkg', '-x', package, place)
    return place


class Exim:
    """The mail server in place of Postfix, without our configuration."""

    def __init__(self, site):
        self.site = site
        run('postfix', 'stop', check=False)
        place = unpack(site.build)
        shutil.rmtree('/etc/exim4', ignore_errors=True)
        shutil.copytree(place + '/etc/exim4', '/etc/exim4')
        for name in ('exim4', 'update-exim4.conf'):
            shutil.copy2(place + '/usr/sbin/' + name, '/usr/sbin/' + name)
        os.chmod('/usr/sbin/exim4', 0o4755)
        try:
            pwd.getpwnam(OWNER)
        except KeyError:
            run('useradd', '--badname', '--system', '--no-create-home', '--home-dir', '/var/spool/exim4',
                '--shell', '/usr/sbin/nologin', OWNER)
        for folder in ('/var/spool/exim4', '/var/log/exim4', '/run/exim4'):
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
            shutil.chown(folder, OWNER, OWNER)
        os.makedirs('/var/lib/exim4', exist_ok=True)
        put('/etc/exim4/update-exim4.conf.conf', DEBCONF)
        for user in ('alice', 'bob'):
            run('bash', '-c', 'rm -rf /srv/{0}/Maildir /var/mail/{0} /srv/{0}/.procmailrc '
                '/srv/{0}/.mailfilter; mkdir -p /srv/{0}/Maildir/{{new,cur,tmp}}; '
                'chown -R {0}: /srv/{0}'.format(user))
        run('rm', '-f', '/etc/procmailrc', '/etc/maildroprc')   # Debian's routers would deliver by these agents
        run('update-exim4.conf')
        site.stop('exim')
        site.start('exim', '/usr/sbin/exim4', '-bdf', '-q1s', '-oP', PID)
        if not until(lambda: 'daemon started' in self.log() and self.answers(), 15):
            raise Trouble('Exim did not start: ' + self.log())
        self.readme = Readme(site, 'exim')
        self.readme.paste('install')

    @staticmethod
    def answers():
        try:
            with socket.create_connection(('192.0.2.1', 25), 5, (GOOD, 0)) as sock:
                return sock.recv(100).startswith(b'220')
        except OSError:
            return False

    def paste(self, *blocks):
        """Adds them, and waits until the daemon has read them."""
        for block in blocks:
            before = self.log().count('daemon started')
            self.readme.paste(block)
            if 'kill -HUP' in self.readme.blocks['exim', block][1]:
                self.read_again(before)
        run('exim4', '-bV')

    def read_again(self, before):
        """A daemon that has just started can miss the signal (seen on a busy machine)."""
        def done():
            return self.log().count('daemon started') > before and self.answers()
        if until(done, 15):
            return
        run('bash', '-c', 'kill -HUP "$(cat %s)"' % PID)
        if not until(done, 15):
            raise Trouble('Exim did not read its configuration again: ' + self.log())

    @staticmethod
    def log():
        text = ''
        for name in ('mainlog', 'paniclog'):
            if os.path.exists('/var/log/exim4/' + name):
                with open('/var/log/exim4/' + name, encoding='utf-8', errors='replace') as data:
                    text += data.read()
        return text

    def stop(self):
        self.site.stop('exim')


def one(site, check, exim, what, mark, wanted, stamps=1):
    got = site.arrives('alice', mark)
    check(what + ' arrives once', len(got) == 1, '%d; %s' % (len(got), exim.log()[-1500:]))
    if not got:
        return b''
    ours = [each for each in fields(got[0][1], STAMP) if each.startswith('mx.test;')]
    check(what + ' is stamped', len(ours) == stamps, ours)
    check(what + ' is marked', fields(got[0][1], MARK) == wanted, fields(got[0][1], MARK))
    return got[0][1]


def deferred_in_session(site, check):
    site.dns(lame=True)
    mark, got = site.smtp('lame.example', client=BAD)
    check('451 without DNS', got[0] == 451, got)
    check('and not delivered', not site.find('alice', mark))
    site.dns(lame=False)


def exim_av(site, check):
    """First marks, then 550 in the session; loopback is trusted until the README says otherwise."""
    exim = Exim(site)
    exim.paste('av')
    site.json_log()
    mark, got = site.smtp('pass.example', to='alice bob')
    check('good', got[0] == 250, (got, exim.log()[-900:]))
    one(site, check, exim, 'good', mark, [], 0)
    rcpts_logged(site, check, mark, ['alice@mx.test', 'bob@mx.test'])
    check("Exim's id in the log", '%s <= s-%s' % (site.judged(mark)[0]['queue_id'], mark) in exim.log(),
          site.judged(mark)[0]['queue_id'])
    mark, got = site.smtp('reject.example', client=BAD, extra=MARK + ': reject\n')
    check('first stage', got[0] == 250, got)
    one(site, check, exim, 'first stage', mark, ['quarantine'], 0)
    deferred_in_session(site, check)
    exim.paste('enforce')
    for path in (None, 's-MARK@pass.example', ''):
        mark, got = site.smtp('reject.example', client=BAD, path=path)
        check('550 5.7.26 for %r' % path, got[0] == 550 and '5.7.26' in got[1], got)
        check('not delivered', not site.find('alice', mark))
    mark, got = site.smtp('reject.example', client='127.0.0.1', extra=MARK + ': reject\n')
    check('of this machine', got[0] == 250, got)
    one(site, check, exim, 'of this machine', mark, [], 0)
    exim.paste('pipe', 'judge-loopback')     # both ways together
    mark, got = site.smtp('reject.example', client='127.0.0.1')
    check('over loopback, judged', got[0] == 550, got)
    exim.readme.paste('/etc/mailstamp/mailstamp.conf')
    for path, wanted in ((b'', []), (b'x@pass.example', ['quarantine'])):
        mark = site.mark()
        Session(25, BAD, server=SERVER).send(b'client.test', path, [b'alice@mx.test'], (
            'From: Cron:;\nMessage-ID: <%s@x.example>\n\nx\n' % mark).encode())
        one(site, check, exim, 'no author, path %r' % path, mark, wanted)
    exim.paste('remove')
    mark, got = site.smtp('reject.example', client=BAD)
    check('taken out', got[0] == 250, got)
    one(site, check, exim, 'taken out', mark, [], 0)
    exim.stop()


def exim_pipe(site, check):
    exim = Exim(site)
    exim.paste('pipe')
    site.json_log()
    mark, _ = site.smtp('pass.example', to='alice bob', extra='Authentication-Results: mx.test; dmarc=pass (x)\n')
    text = one(site, check, exim, 'good', mark, [])
    check('dmarc=pass', b'dmarc=pass' in text and b'(x)' not in text, text[:600])
    rcpts_logged(site, check, mark, ['alice@mx.test', 'bob@mx.test'])
    mark, _ = site.smtp('reject.example', client=BAD)
    one(site, check, exim, 'first stage', mark, ['quarantine'])
    mark, _ = site.smtp('reject.example', client='127.0.0.1', extra=MARK + ': reject\n')
    one(site, check, exim, 'of this machine', mark, [], 0)
    check('DSN is not offered', b'DSN' not in offered(), offered())
    site.dns(lame=True)
    mark, got = site.smtp('lame.example', client=BAD)
    check('taken into the queue', got[0] == 250, got)
    ident = until(lambda: re.findall(r'(\S+) == \S+ .*T=mailstamp', exim.log()), 15)
    check('deferred', ident, exim.log()[-1500:])
    if ident:
        told = exim.readme.paste('look', MESSAGE_ID=ident[-1])
        check('explained', 'lame.example' in told, told[-1500:])
    check('not delivered', not site.find('alice', mark))
    site.dns(lame=False)
    run('exim4', '-qff')
    one(site, check, exim, 'afterwards', mark, ['quarantine'])
    exim.paste('enforce')
    mark, _ = site.smtp('reject.example', client=BAD, path='s-MARK@pass.example')
    one(site, check, exim, 'forged path', mark, ['reject'])
    exim.paste('remove')
    mark, _ = site.smtp('reject.example', client=BAD)
    one(site, check, exim, 'taken out', mark, [], 0)
    exim.stop()


class Store:
    """A mail store that accepts everything by LMTP and keeps it in alice's Maildir."""

    def __init__(self, path):
        if os.path.exists(path):
            os.unlink(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self.sock, self.n = socket.socket(socket.AF_UNIX), 0
        self.sock.bind(path)
        os.chmod(path, 0o777)
        self.sock.listen(5)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                conn = self.sock.accept()[0]
            except OSError:
                return
            with conn, conn.makefile('rb') as lines:
                self.session(conn, lines)

    def session(self, conn, lines):
        conn.sendall(b'220 store LMTP\r\n')
        for line in lines:
            word = line[:4].upper()
            if word == b'DATA':
                conn.sendall(b'354 go\r\n')
                body = b''.join(each.replace(b'\r\n', b'\n') for each in iter(lines.readline, b'.\r\n'))
                self.n += 1
                with open('/srv/alice/Maildir/new/lmtp%d' % self.n, 'wb') as out:
                    out.write(body)
            conn.sendall(b'221 bye\r\n' if word == b'QUIT' else b'250 ok\r\n')
            if word == b'QUIT':
                return


def exim_filter(site, check):
    store = Store('/run/dovecot/lmtp')
    exim = Exim(site)
    exim.readme.paste('secret')
    exim.readme.paste('/etc/exim4/conf.d/transport/30_mailstamp_lmtp')
    exim.paste('filter')
    for agent in ('.procmailrc', '.mailfilter'):
        put('/srv/alice/' + agent, 'DEFAULT=%s\n' % ('$HOME/Maildir/' if agent == '.procmailrc' else
                                                     '"$HOME/Maildir"'))
        run('bash', '-c', 'chown alice: /srv/alice/%s; chmod 600 /srv/alice/%s' % (agent, agent))
        mark, _ = site.smtp('pass.example')
        one(site, check, exim, agent + ' and its router', mark, [], 0)
        if agent == '.procmailrc':
            os.unlink('/srv/alice/.procmailrc')
    put('/srv/alice/.procmailrc', 'DEFAULT=$HOME/Maildir/\n')
    run('chown', 'alice:', '/srv/alice/.procmailrc')
    exim.paste('routers')
    site.json_log()
    forged = 'X-Mailstamp-Envelope: secret=x client_address=192.0.2.10\n'
    mark, _ = site.smtp('pass.example')
    text = one(site, check, exim, 'good', mark, [])
    check('dmarc=pass', b'dmarc=pass' in text, text[:600])
    rcpts_logged(site, check, mark, ['alice@mx.test'])
    mark, _ = site.smtp('pass.example', client=BAD, path='s-MARK@pass.example', extra=forged)
    text = one(site, check, exim, 'a forged envelope', mark, ['quarantine'])
    check('no secret is delivered', b'X-Mailstamp-Envelope' not in text, text[:900])
    exim.paste('enforce')
    mark, _ = site.smtp('reject.example', client=BAD)
    one(site, check, exim, 'reject', mark, ['reject'])
    exim.paste('own-machine')
    mark, _ = site.smtp('reject.example', client='127.0.0.1')
    one(site, check, exim, 'of this machine', mark, [])
    exim.stop()
    store.sock.close()


CASES = [exim_av, exim_pipe, exim_filter]
