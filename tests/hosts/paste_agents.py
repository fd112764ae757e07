"""paste_agents.py: the READMEs of delivery agents: procmail, maildrop, Sieve, fetchmail, getmail."""

import os
import socket
import time

from paste_postfix import MARK, one, rcpts_logged
from place import BAD, GOOD, Readme, put, run
from rig import Trouble, maildir, until

USERS = ('alice', 'bob')        # one has a Maildir, one an mbox


def installed(site, name, whose):
    """whose: system, user or both"""
    site.postfix()
    readme = Readme(site, name)
    readme.paste('install')
    if name == 'procmail' or whose == 'user':
        readme.paste('postfix')
    if whose in ('system', 'both'):
        readme.paste('system')
    if whose in ('user', 'both'):
        for user in USERS:
            readme.paste('user', user=user)
    # what any site has: the place of its mail
    run('bash', '-c', 'echo "DEFAULT=\\$HOME/Maildir/" >>/srv/alice/.procmailrc; '
        'chown alice: /srv/alice/.procmailrc' if name == 'procmail' else
        'echo "DEFAULT=\\"\\$HOME/Maildir\\"" >>/srv/alice/.mailfilter; '
        'chmod 600 /srv/alice/.mailfilter; chown alice: /srv/alice/.mailfilter')
    return readme


def agent(site, check, name, whose):
    readme = installed(site, name, whose)
    for user in USERS:
        mark, _ = site.smtp('pass.example', to=user)
        text = one(site, check, 'good for ' + user, mark, [], user)
        check('dmarc=pass for ' + user, b'dmarc=pass' in text, text[:400])
        mark, _ = site.smtp('reject.example', to=user, client=BAD)
        one(site, check, 'first stage for ' + user, mark, ['quarantine'], user)
    site.json_log()
    mark, _ = site.smtp('pass.example')
    one(site, check, 'logged', mark, [])
    # in a user's own file the agent knows the login name
    rcpts_logged(site, check, mark, ['alice@mx.test' if (name, whose) == ('maildrop', 'system') else 'alice'],
                 2 if whose == 'both' else 1)
    readme.paste('enforce')
    defers(site, check)
    for user in USERS:
        mark, _ = site.smtp('reject.example', to=user, path='s-MARK@path.example')
        check('bounced for ' + user, until(lambda: site.logged(mark, 'status=bounced'), 12),
              site.log()[-1200:])
        time.sleep(0.3)
        check('and not delivered to ' + user, not site.find(user, mark), site.boxes(user).keys())
    if whose != 'user':
        readme.paste('junk-system')
    else:
        for user in USERS:
            readme.paste('junk-user', user=user)
    for user in USERS:
        mark, _ = site.smtp('quarantine.example', to=user, client=BAD)
        one(site, check, 'marked for ' + user, mark, ['quarantine'], user)
        got = site.find(user, mark)
        check('filed for ' + user, [each[0] for each in got] == ['junk'], got)
        mark, _ = site.smtp('pass.example', to=user)
        got = site.arrives(user, mark)
        check('not filed for ' + user, [each[0] for each in got] == ['inbox'], got)
    missing(site, check, lambda mark: site.defers(mark), lambda mark: run('postqueue', '-f'))
    own_machine(site, check, readme)


def missing(site, check, waits, again):
    """While the program is missing, mail waits; it arrives evaluated, once, when the program is back."""
    os.rename('/usr/bin/mailstamp', '/usr/bin/mailstamp.away')
    try:
        mark, _ = site.smtp('pass.example')
        check('without the program it waits', waits(mark), site.log()[-900:])
        check('and is not delivered', not site.find('alice', mark))
    finally:
        os.rename('/usr/bin/mailstamp.away', '/usr/bin/mailstamp')
    again(mark)
    one(site, check, 'with the program again', mark, [])


def defers(site, check):
    """No copy while the failure is temporary; one, evaluated, after it."""
    site.dns(lame=True)
    marks = {user: site.smtp('lame.example', to=user, client=BAD)[0] for user in USERS}
    for tries in (1, 2, 3):
        for user, mark in marks.items():
            check('deferred, try %d for %s' % (tries, user), site.defers(mark, tries),
                  site.log()[-1200:])
            check('no copy at try %d for %s' % (tries, user), not site.find(user, mark))
        run('postqueue', '-f')
    site.dns(lame=False)
    time.sleep(1)
    for user, mark in marks.items():
        until(lambda: run('postqueue', '-f') or site.find(user, mark), 10, 1)
        one(site, check, 'afterwards for ' + user, mark, ['reject'], user)


def own_machine(site, check, readme):
    readme.paste('own-machine')
    mark, _ = site.smtp('reject.example', client='127.0.0.1', extra=MARK + ': reject\n')
    one(site, check, 'of this machine', mark, [])
    mark, _ = site.smtp('reject.example', client=BAD)
    one(site, check, 'from outside', mark, ['reject'])


def maildrop_misplaced(site, check):
    """The lines for one user in /etc/maildroprc, where maildrop 3 exits with 0 whatever the status, and a
    junk folder that cannot be written to: nothing is lost, and nothing is delivered twice."""
    readme = installed(site, 'maildrop', 'user')
    put('/etc/maildroprc', open('/opt/contrib/maildrop/maildroprc', encoding='utf-8').read())
    for user in USERS:
        os.unlink('/srv/%s/.mailfilter' % user)
    readme.paste('junk-system')
    readme.paste('enforce')
    mark, _ = site.smtp('reject.example', path='s-MARK@path.example')
    check('refused: waits', site.defers(mark), site.log()[-900:])
    check('and is not delivered', not site.find('alice', mark))
    run('postsuper', '-d', 'ALL')
    put('/etc/maildroprc', '')
    readme.paste('system')
    readme.paste('junk-system')
    junk = '/srv/alice/Maildir/.Junk/tmp'
    run('install', '-d', '-o', 'alice', '-g', 'alice', os.path.dirname(junk), junk)
    os.chmod(junk, 0o500)
    mark, _ = site.smtp('quarantine.example', client=BAD)
    check('no room in the junk folder: waits', site.defers(mark), site.log()[-900:])
    check('and is not filed', not site.find('alice', mark))
    os.chmod(junk, 0o700)
    run('postqueue', '-f')
    one(site, check, 'once there is', mark, ['quarantine'])
    check('in the junk folder', [each[0] for each in site.find('alice', mark)] == ['junk'])


def procmail_system(site, check):
    agent(site, check, 'procmail', 'system')


def procmail_user(site, check):
    agent(site, check, 'procmail', 'user')


def procmail_both(site, check):
    agent(site, check, 'procmail', 'both')


def maildrop_system(site, check):
    agent(site, check, 'maildrop', 'system')


def maildrop_user(site, check):
    agent(site, check, 'maildrop', 'user')


def dovecot_is_new():
    """Dovecot 2.4 has other names for most settings."""
    return not run('dovecot', '--version').startswith('2.3.')


def dovecot(settings=''):
    """Dovecot with the settings of a test, in addition to those of a README."""
    put('/etc/dovecot/conf.d/98-test.conf', 'log_path = /tmp/dovecot.log\n'
        'postmaster_address = postmaster@mx.test\n' + (MAIL_2_4 if dovecot_is_new() else MAIL_2_3) + settings)
    put('/tmp/dovecot.log', '')
    run('chmod', '666', '/tmp/dovecot.log')


def dovecot_sieve(site, check):
    site.postfix()
    dovecot()
    readme = Readme(site, 'dovecot')
    readme.paste('install')
    place, new = '/etc/dovecot/conf.d/99-mailstamp.conf', dovecot_is_new()
    for nth in range(4):
        if nth % 2 != new:
            readme.elsewhere(place, nth)
    readme.paste(place, int(new))
    readme.paste('postfix')
    site.json_log()
    for author, client, wanted in (('pass.example', GOOD, []), ('reject.example', BAD, ['quarantine'])):
        mark, _ = site.smtp(author, client=client)
        one(site, check, author, mark, wanted)
        rcpts_logged(site, check, mark, ['alice@mx.test'])
    readme.paste('enforce')
    readme.paste(place, 2 + new)
    for author, client, path, wanted, folder in (
            ('pass.example', GOOD, None, [], ''), ('helo.pass.example', GOOD, '', [], ''),
            ('reject.example', BAD, None, ['reject'], '.Junk'),
            ('reject.example', GOOD, 's-MARK@path.example', ['reject'], '.Junk'),
            ('quarantine.example', BAD, None, ['quarantine'], '.Junk')):
        mark, _ = site.smtp(author, client=client, path=path, helo='helo.pass.example')
        text = one(site, check, author, mark, wanted)
        check(author + ' is filed', inside('alice', folder, mark), text[:300])
        check(author + ' has its path', b'spf=none' not in text, text[:500])
    site.dns(lame=True)
    mark, _ = site.smtp('lame.example', client=BAD)
    until(lambda: inside('alice', '.Unjudged', mark), 12)
    check('no verdict: kept apart', inside('alice', '.Unjudged', mark) and
          not site.find('alice', mark), open('/tmp/dovecot.log', encoding='utf-8').read()[-1500:])
    site.dns(lame=False)
    os.rename('/usr/bin/mailstamp', '/usr/bin/mailstamp.away')
    mark, _ = site.smtp('pass.example')
    until(lambda: inside('alice', '.Unjudged', mark), 12)
    check('no program: kept apart', inside('alice', '.Unjudged', mark) and not site.find('alice', mark),
          open('/tmp/dovecot.log', encoding='utf-8').read()[-1500:])
    os.rename('/usr/bin/mailstamp.away', '/usr/bin/mailstamp')
    readme.paste('own-machine')
    mark, _ = site.smtp('reject.example', client='127.0.0.1')
    one(site, check, 'of this machine', mark, [])
    mark, _ = site.smtp('reject.example', client=BAD)
    one(site, check, 'from outside', mark, ['reject'])
    for name in ('98-test.conf', '99-mailstamp.conf'):
        os.unlink('/etc/dovecot/conf.d/' + name)


def inside(user, folder, mark):
    place = '/srv/%s/Maildir/%s' % (user, folder)
    return os.path.isdir(place + '/new') and any(
        ('<%s@' % mark).encode() in each for each in maildir(place))


MAIL_2_3 = 'mail_location = maildir:~/Maildir\n'
MAIL_2_4 = ('mail_driver = maildir\nmail_home = /srv/%{user|username}\nmail_path = ~/Maildir\n'
            'mail_inbox_path = ~/Maildir\n')
PROVIDER_2_4 = """protocols {
  imap = yes
}
listen = 192.0.2.8
ssl = required
ssl_server_cert_file = /etc/ssl/imap.pem
ssl_server_key_file = /etc/ssl/imap.key
passdb static {
  password = secret
}
userdb static {
  fields {
    uid = carol
    gid = carol
    home = /srv/carol/provider
  }
}
"""
PROVIDER_2_3 = """protocols = imap
listen = 192.0.2.8
ssl = required
ssl_cert = </etc/ssl/imap.pem
ssl_key = </etc/ssl/imap.key
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=carol gid=carol home=/srv/carol/provider
}
"""


def provider(site):
    """A mailbox at a provider, by IMAP."""
    dovecot(PROVIDER_2_4 if dovecot_is_new() else PROVIDER_2_3)
    put('/etc/dovecot/conf.d/10-ssl.conf', '')      # Debian's names a certificate that is not there
    put('/etc/dovecot/conf.d/10-auth.conf', '')     # and the users of this machine
    run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', '/etc/ssl/imap.key', '-out',
        '/etc/ssl/imap.pem', '-days', '2', '-subj', '/CN=imap.example.net', '-addext',
        'subjectAltName=DNS:imap.example.net')
    run('bash', '-c', 'cat /etc/ssl/imap.pem >>/etc/ssl/certs/ca-certificates.crt; '
        'cp /etc/ssl/imap.pem /etc/ssl/certs/imap-test.pem; openssl rehash /etc/ssl/certs')
    put('/etc/hosts', '192.0.2.8 imap.example.net\n', 'a')
    run('bash', '-c', 'rm -rf /srv/carol/provider; mkdir -p '
        '/srv/carol/provider/Maildir/{new,cur,tmp}; chown -R carol: /srv/carol/provider')
    site.start('dovecot', '/usr/sbin/dovecot', '-F')
    if not until(lambda: reachable('192.0.2.8', 143), 10):
        raise Trouble('no IMAP: ' + run('cat', '/tmp/dovecot.log', '/var/log/test-dovecot'))


def reachable(address, port):
    try:
        socket.create_connection((address, port), 2).close()
        return True
    except OSError:
        return False


def waits_there(site, author, client):
    """Adds a message to it, in the form in which the provider stores it; its mark."""
    mark = site.mark()
    put('/srv/carol/provider/Maildir/new/%s' % mark,
        'Return-Path: <s-%s@%s>\nReceived: from store.example.net (imap.example.net [192.0.2.8])\n'
        '\tby imap.example.net (Postfix) with ESMTP id 2; Thu, 1 Jan 2026 00:00:01 +0000\n'
        'Received: from client.test (client.test [%s])\n\tby in.example.net (Postfix) with ESMTP id 1'
        ';\n\tThu, 1 Jan 2026 00:00:00 +0000\nFrom: a@%s\nSubject: t\nMessage-ID: <%s@x.example>\n\n'
        'Hello.\n' % (mark, author, client, author, mark))
    run('chown', '-R', 'carol:', '/srv/carol/provider')
    return mark


def retrieved(site, check, fetch):
    for author, client, wanted in (('pass.example', GOOD, []), ('pass.example', BAD, ['quarantine']),
                                   ('reject.example', BAD, ['quarantine'])):
        mark = waits_there(site, author, client)
        told = fetch()
        check('fetched', site.find('alice', mark), told[-900:] + run('tail', '-5', '/tmp/dovecot.log'))
        text = one(site, check, author + ' by ' + client, mark, wanted)
        check('the client of ' + author, (b'spf=pass' in text) == (client == GOOD),
              told + repr(text[:500]))
    site.dns(lame=True)
    mark = waits_there(site, 'lame.example', BAD)
    told = fetch()
    check('no verdict: not delivered', not site.find('alice', mark), told)
    site.dns(lame=False)
    fetch()
    one(site, check, 'at the next run', mark, ['quarantine'])
    os.rename('/usr/bin/mailstamp', '/usr/bin/mailstamp.away')
    mark = waits_there(site, 'pass.example', GOOD)
    told = fetch()
    check('no program: not delivered', not site.find('alice', mark), told)
    os.rename('/usr/bin/mailstamp.away', '/usr/bin/mailstamp')
    fetch()
    one(site, check, 'with the program again', mark, [])
    site.stop('dovecot')
    os.unlink('/etc/dovecot/conf.d/98-test.conf')


def fetchmail(site, check):
    provider(site)
    readme = Readme(site, 'fetchmail')
    readme.paste('install')
    put('/srv/alice/.procmailrc', 'DEFAULT=$HOME/Maildir/\n')
    place = readme.paste('~/.fetchmailrc', user='alice')
    os.chmod(place, 0o600)
    retrieved(site, check, lambda: run('setpriv', '--reuid', 'alice', '--regid', 'alice', '--init-groups',
                                       'fetchmail', '--nosyslog', env=dict(os.environ, HOME='/srv/alice',
                                                                           USER='alice'), check=False))


def getmail(site, check):
    provider(site)
    readme = Readme(site, 'getmail')
    readme.paste('install')
    place = readme.paste('~/.getmail/getmailrc', user='alice')
    run('chown', '-R', 'alice:', os.path.dirname(place))
    os.chmod(os.path.dirname(place), 0o700)
    retrieved(site, check, lambda: run('setpriv', '--reuid', 'alice', '--regid', 'alice', '--init-groups',
                                       'getmail', env=dict(os.environ, HOME='/srv/alice', USER='alice'),
                                       check=False))


CASES = [procmail_system, procmail_user, procmail_both, maildrop_system, maildrop_user,
         maildrop_misplaced, dovecot_sieve, fetchmail, getmail]
