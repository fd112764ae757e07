"""paste_postfix.py: contrib/postfix/README.md in Debian's Postfix, beside a real OpenDKIM."""

import os
import socket

from place import BAD, GOOD, RELAY, Readme, fields, put, run
from rig import until

STAMP = 'Authentication-Results'
MARK = 'Mailstamp-Disposition'


def installed(site, *settings):
    site.postfix(*settings)
    readme = Readme(site, 'postfix')
    readme.paste('install')
    return readme


def one(site, check, what, mark, wanted, user='alice'):
    """It arrived once, stamped once, with that mark or none."""
    got = site.arrives(user, mark)
    check(what + ' arrives once', len(got) == 1, '%d; %s' % (len(got), site.log()[-1500:]))
    if not got:
        return b''
    stamps = [each for each in fields(got[0][1], STAMP) if each.startswith('mx.test;')]
    check(what + ' is stamped once', len(stamps) == 1, stamps)
    check(what + ' is marked', fields(got[0][1], MARK) == wanted, fields(got[0][1], MARK))
    return got[0][1]


def rcpts_logged(site, check, mark, rcpts, runs=1):
    """That many runs evaluated it, and the log has the message's id and its recipients."""
    got = [sorted(each['envelope']['rcpt']) for each in site.judged(mark)]
    check('recipients in the log', got == [rcpts] * runs, got)


def postfix_tag_only(site, check):
    """The first stage: nothing is rejected, held or filed."""
    installed(site)
    mark, got = site.smtp('pass.example', extra='Authentication-Results: mx.test; dmarc=pass (x)\n')
    check('SMTP', got[0] == 250, got)
    text = one(site, check, 'good', mark, [])
    check('dmarc=pass', b'dmarc=pass' in text and b'(x)' not in text, text[:500])
    for name in ('reject.example', 'quarantine.example'):
        mark, _ = site.smtp(name, client=BAD)
        one(site, check, name, mark, ['quarantine'])
    check('DSN is not offered', b'DSN' not in offered(), offered())
    site.json_log()
    mark, _ = site.smtp('pass.example', to='alice bob carol')
    for user in ('alice', 'bob', 'carol'):
        one(site, check, 'for ' + user, mark, [], user)
    rcpts_logged(site, check, mark, ['alice@mx.test', 'bob@mx.test', 'carol@mx.test'])


def offered():
    with socket.create_connection(('192.0.2.1', 25), 20, (GOOD, 0)) as sock:
        sock.recv(1000)
        sock.sendall(b'EHLO x\r\n')
        return sock.recv(4000)


def postfix_defers_without_dns(site, check):
    """As the table says: no answer for the author's policy is deferred."""
    installed(site)
    site.dns(lame=True)
    mark, got = site.smtp('lame.example', client=BAD)
    check('accepted into the queue', got[0] == 250, got)
    check('deferred', site.defers(mark), site.log()[-1500:])
    check('4.7.0', any('4.7.0' in line for line in site.logged(mark, 'deferred')))
    check('not delivered', not site.find('alice', mark))
    site.dns(lame=False)
    run('postqueue', '-f')
    one(site, check, 'afterwards', mark, ['quarantine'])


def postfix_enforce(site, check):
    readme = installed(site)
    readme.paste('enforce')
    mark, _ = site.smtp('reject.example', path='s-MARK@path.example')
    check('bounced', until(lambda: site.logged(mark, 'status=bounced'), 12), site.log()[-1500:])
    check('with the reason', any('5.7.26' in each and 'reject.example' in each
                                 for each in site.logged(mark, 'status=bounced')),
          site.logged(mark, 'bounced'))
    check('not delivered', not site.find('alice', mark))
    mark, _ = site.smtp('reject.example', client=BAD, path='s-MARK@pass.example')
    one(site, check, 'forged path', mark, ['reject'])
    readme.paste('log')


def postfix_local_users(site, check):
    """Only the filter can reach the port on which mail returns."""
    readme = installed(site)
    readme.paste('local-users')
    try:
        socket.create_connection(('127.0.0.1', 10026), 5).close()
        check('root may not connect', False)
    except OSError:
        check('root may not connect', True)
    mark, _ = site.smtp('pass.example')
    one(site, check, 'good', mark, [])
    run('nft', 'delete', 'table', 'inet', 'mailstamp')


def postfix_hold(site, check):
    readme = installed(site)
    readme.paste('enforce')
    readme.paste('hold')
    mark, _ = site.smtp('quarantine.example', client=BAD)
    check('held', until(lambda: [each for each in site.queued(mark) if '"hold"' in each], 12),
          site.log()[-1500:])
    ident = site.queued(mark)[0].split('"queue_id": "')[1].split('"')[0]
    told = readme.paste('look', QUEUE_ID=ident)
    check('explained', 'quarantine' in told and 'quarantine.example' in told, told[-1500:])
    run('postsuper', '-H', ident)
    run('postqueue', '-f')
    one(site, check, 'released', mark, ['quarantine'])
    mark, _ = site.smtp('pass.example', extra=MARK + ': reject\n')
    one(site, check, 'a forged mark', mark, [])
    run('sendmail', '-f', 's-local@mx.test', 'alice',
        input=b'From: a@mx.test\nMessage-ID: <local1q@x.example>\n' + MARK.encode() +
        b': reject\n\nx\n')
    check('a local message with a forged mark is not held',
          len(site.arrives('alice', 'local1q')) == 1, site.log()[-800:])


def postfix_own_machine(site, check):
    """Mail from this machine over loopback is evaluated like a stranger's, unless it is exempt by configuration."""
    readme = installed(site)
    mark, _ = site.smtp('reject.example', client='127.0.0.1')
    one(site, check, 'not trusted', mark, ['quarantine'])
    readme.paste('own-machine')
    mark, _ = site.smtp('reject.example', client='127.0.0.1', extra=MARK + ': reject\n')
    text = one(site, check, 'trusted', mark, [])
    check('not judged', b'spf=none' in text or b'dmarc=none' in text, text[:600])
    mark, _ = site.smtp('reject.example', client=BAD)
    one(site, check, 'from outside', mark, ['quarantine'])


def postfix_amavis_in_front(site, check):
    """A filter in front hands mail over by loopback and passes the client by XFORWARD: as amavis does, which
    paste_amavis.py tests directly."""
    readme = installed(site)
    readme.paste('own-machine')
    readme.paste('/etc/postfix/master.cf')
    readme.paste('amavis')
    until(lambda: site.smtp('pass.example', client='127.0.0.1', port=10025), 5)
    for client, wanted in ((BAD, ['quarantine']), (GOOD, [])):
        mark, got = site.smtp('pass.example', client='127.0.0.1', port=10025, before=(
            'XFORWARD NAME=x ADDR=%s HELO=client.test SOURCE=REMOTE' % client,))
        check('taken', got[0] == 250, got)
        one(site, check, client, mark, wanted)


def postfix_gateway(site, check):
    """A trusted gateway forwards mail, and its Received field names the client."""
    readme = installed(site)
    readme.paste('/etc/mailstamp/mailstamp.conf', 0)
    line = 'Received: from client.test (client.test [%s])\n\tby gw.test (Postfix) with ESMTP id 1\n' \
        '\tfor <alice@mx.test>; Thu, 1 Jan 2026 00:00:00 +0000 (UTC)\n'
    for client, wanted in ((BAD, ['quarantine']), (GOOD, [])):
        mark, _ = site.smtp('pass.example', client=RELAY,
                            path='s-MARK@pass.example', extra=line % client)
        one(site, check, 'by the gateway from ' + client, mark, wanted)
    mark, _ = site.smtp('pass.example', client=BAD, path='s-MARK@pass.example', extra=line % GOOD)
    one(site, check, 'a forged line', mark, ['quarantine'])


def opendkim(site):
    os.makedirs('/etc/dkimkeys', exist_ok=True)
    run('openssl', 'genrsa', '-out', '/etc/dkimkeys/s1.private', '2048')
    run('chown', '-R', 'opendkim', '/etc/dkimkeys')
    run('chmod', '600', '/etc/dkimkeys/s1.private')
    put('/etc/opendkim.conf', 'Mode sv\nDomain mx.test\nSelector s1\nUserID opendkim\n'
        'KeyFile /etc/dkimkeys/s1.private\nSocket inet:8891@127.0.0.1\nSyslog no\n'
        'Canonicalization relaxed/simple\nNameservers 127.0.0.1\nAlwaysAddARHeader yes\n')
    site.stop('opendkim')
    site.start('opendkim', '/usr/sbin/opendkim', '-f', '-x', '/etc/opendkim.conf')
    site.dns(lame=False)


def postfix_opendkim(site, check):
    """OpenDKIM signs what is submitted here, never an outsider's From, and keeps our field."""
    opendkim(site)
    installed(site, 'smtpd_milters = inet:127.0.0.1:8891', 'non_smtpd_milters = $smtpd_milters',
              'milter_default_action = tempfail')
    until(lambda: site.smtp('pass.example')[1][0] == 250, 10)
    mark, got = site.smtp('mx.test', client=BAD)
    text = one(site, check, 'forged in our name', mark, ['quarantine'])
    check('not signed', not fields(text, 'DKIM-Signature'), fields(text, 'DKIM-Signature'))
    check('dmarc=fail', b'dmarc=fail' in text, text[:600])
    mark, got = site.smtp('pass.example')
    one(site, check, 'good', mark, [])
    run('sendmail', '-f', 's-local@mx.test', 'alice',
        input=b'From: a@mx.test\nTo: alice@mx.test\nMessage-ID: <local2q@x.example>\n\nx\n')
    got = site.arrives('alice', 'local2q')
    check('a local submission is signed', got and 'd=mx.test' in ''.join(
        fields(got[0][1], 'DKIM-Signature')), got)
    site.stop('opendkim')


def postfix_spamassassin(site, check):
    """SpamAssassin's client after mailstamp: it has the envelope, including a null path; without spamd it
    hands on what it got."""
    readme = installed(site)
    readme.paste('spamassassin')
    mark, got = site.smtp('pass.example', to='alice bob')
    check('taken', got[0] == 250, got)
    one(site, check, 'good', mark, [])
    one(site, check, 'good for bob', mark, [], 'bob')
    mark, got = site.smtp('helo.pass.example', path='', helo='helo.pass.example')

    def bounces():
        return [each for each in site.boxes('alice')['inbox'] if ('<%s@' % mark).encode() in each]
    check('a null path stays null', until(bounces, 12) and bounces()[0].startswith(b'MAILER-DAEMON '),
          site.log()[-900:])
    mark, _ = site.smtp('reject.example', client=BAD)
    one(site, check, 'forged', mark, ['quarantine'])
    os.rename('/usr/bin/spamc', '/usr/bin/spamc.away')
    mark, _ = site.smtp('pass.example')
    check('deferred without it', site.defers(mark), site.log()[-900:])
    check('and not delivered', not site.find('alice', mark))
    os.rename('/usr/bin/spamc.away', '/usr/bin/spamc')
    run('postqueue', '-f')
    one(site, check, 'afterwards', mark, [])


def postfix_back_is_gone(site, check):
    """The port on which mail returns refuses it: the message waits, and arrives once."""
    installed(site)
    run('postconf', '-P', '127.0.0.1:10026/inet/smtpd_recipient_restrictions=defer')
    site.reload()
    mark, _ = site.smtp('pass.example', to='alice bob')
    check('deferred', site.defers(mark), site.log()[-1500:])
    check('for nobody', not site.find('alice', mark) and not site.find('bob', mark))
    run('postconf', '-PX', '127.0.0.1:10026/inet/smtpd_recipient_restrictions')
    run('postconf', '-P', '127.0.0.1:10026/inet/smtpd_recipient_restrictions='
        'permit_mynetworks,reject')
    site.reload()
    run('postqueue', '-f')
    one(site, check, 'afterwards', mark, [])
    one(site, check, 'afterwards for bob', mark, [], 'bob')


def postfix_logs_and_removal(site, check):
    readme = installed(site)
    readme.paste('log-files')
    readme.paste('/etc/logrotate.d/mailstamp')
    readme.paste('/etc/mailstamp/mailstamp.conf', 1)
    mark, _ = site.smtp('pass.example')
    one(site, check, 'good', mark, [])
    log = open('/var/log/mailstamp/mailstamp.json', encoding='utf-8').read()
    check('logged as JSON', log.count('\n') == 1 and mark in log, log[-500:])
    told = run('bash', '-c', 'logrotate --version >/dev/null 2>&1 || exit 0; '
               'logrotate -d /etc/logrotate.d/mailstamp 2>&1', check=False)
    check('logrotate', 'error' not in told.lower(), told)
    readme.paste('remove')
    mark, _ = site.smtp('reject.example', client=BAD)
    got = site.arrives('alice', mark)
    check('taken out', len(got) == 1 and not fields(got[0][1], STAMP), got)


CASES = [postfix_tag_only, postfix_local_users, postfix_defers_without_dns, postfix_enforce, postfix_hold,
         postfix_own_machine, postfix_amavis_in_front, postfix_gateway, postfix_opendkim,
         postfix_spamassassin, postfix_back_is_gone, postfix_logs_and_removal]
