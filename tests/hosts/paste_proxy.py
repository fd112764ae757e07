"""paste_proxy.py: contrib/postfix/README.md, before the queue, in Debian's Postfix."""

import re
import socket
import subprocess

from paste_postfix import MARK, STAMP, offered, one, opendkim, rcpts_logged
from place import BAD, Readme, fields, run
from rig import until


def installed(site, *settings):
    site.postfix(*settings)
    readme = Readme(site, 'postfix')
    readme.paste('install-proxy')
    return readme


def refused(check, what, got, word):
    check(what + ' is refused', got[0] == 550 and word in re.sub(r'\s+', ' ', got[1]), got)


def proxy_tag_only(site, check):
    """The first stage: nothing is rejected, held or filed."""
    installed(site)
    mark, got = site.smtp('pass.example', extra='Authentication-Results: mx.test; dmarc=pass (x)\n')
    check('SMTP', got[0] == 250 and 'queued as' in got[1], got)
    text = one(site, check, 'good', mark, [])
    check('dmarc=pass', b'dmarc=pass' in text and b'(x)' not in text, text[:500])
    for name in ('reject.example', 'quarantine.example'):
        mark, _ = site.smtp(name, client=BAD)
        one(site, check, name, mark, ['quarantine'])
    check('DSN is offered', b'DSN' in offered(), offered())
    site.json_log()
    mark, _ = site.smtp('pass.example', to='alice bob carol')
    for user in ('alice', 'bob', 'carol'):
        one(site, check, 'for ' + user, mark, [], user)
    rcpts_logged(site, check, mark, ['alice@mx.test', 'bob@mx.test', 'carol@mx.test'])


def proxy_enforce(site, check):
    readme = installed(site)
    readme.paste('enforce')
    for path in ('s-MARK@path.example', 's-MARK@pass.example', ''):
        mark, got = site.smtp('reject.example', path=path, client=BAD)
        refused(check, 'reject, path <%s>' % path, got, '5.7.26 Message from reject.example '
                '(p=reject at _dmarc.reject.example) failed DMARC')
        check('nothing is queued', not site.find('alice', mark) and run('mailq').startswith(
            'Mail queue is empty'), run('mailq'))
    mark, _ = site.smtp('quarantine.example', client=BAD)
    one(site, check, 'quarantine', mark, ['quarantine'])


def proxy_later_without_dns(site, check):
    """As the table says: no answer for the author's policy is 451."""
    installed(site)
    site.dns(lame=True)
    mark, got = site.smtp('lame.example', client=BAD)
    check('451', got[0] == 451 and '4.7.0' in got[1], got)
    check('not delivered', not site.find('alice', mark))
    site.dns(lame=False)
    mark, got = site.smtp('lame.example', client=BAD)
    one(site, check, 'afterwards', mark, ['quarantine'])
    run('postconf', '-P', '127.0.0.1:10027/inet/smtpd_recipient_restrictions=defer')
    site.reload()
    mark, got = site.smtp('pass.example')
    check('the second smtpd says later', 400 <= got[0] < 500, got)
    check('for nobody', not site.find('alice', mark))


def proxy_own_machine(site, check):
    """Mail from this machine over loopback is evaluated like a stranger's, unless it is exempt by configuration."""
    readme = installed(site)
    readme.paste('enforce')
    _, got = site.smtp('reject.example', client='127.0.0.1')
    refused(check, 'not trusted', got, 'reject.example')
    readme.paste('own-machine')
    mark, _ = site.smtp('reject.example', client='127.0.0.1', extra=MARK + ': reject\n')
    one(site, check, 'trusted', mark, [])
    _, got = site.smtp('reject.example', client=BAD)
    refused(check, 'from outside', got, 'reject.example')


def proxy_not_for_users(site, check):
    """submission has no filter: users who log in are trusted."""
    run('postfix', 'stop', check=False)
    readme = installed(site)
    readme.paste('enforce')
    run('postconf', '-M', 'submission/inet=submission inet n - n - - smtpd')
    site.reload()
    until(lambda: listens(587), 10)
    mark, got = site.smtp('reject.example', client=BAD, port=587)
    check('taken', got[0] == 250, got)
    got = site.arrives('alice', mark)
    check('arrives unjudged', len(got) == 1 and not fields(got[0][1], STAMP), got)


def listens(port):
    try:
        socket.create_connection(('127.0.0.1', port), 2).close()
        return True
    except OSError:
        return False


def proxy_opendkim(site, check):
    """OpenDKIM on all milters signs what is submitted here, never an outsider's From."""
    opendkim(site)
    installed(site, 'smtpd_milters = inet:127.0.0.1:8891', 'non_smtpd_milters = $smtpd_milters',
              'milter_default_action = tempfail')
    until(lambda: site.smtp('pass.example')[1][0] == 250, 10)
    mark, _ = site.smtp('mx.test', client=BAD)
    text = one(site, check, 'forged in our name', mark, ['quarantine'])
    check('not signed', not fields(text, 'DKIM-Signature'), fields(text, 'DKIM-Signature'))
    check('dmarc=fail', b'dmarc=fail' in text, text[:600])
    run('sendmail', '-f', 's-local@mx.test', 'alice',
        input=b'From: a@mx.test\nTo: alice@mx.test\nMessage-ID: <local3q@x.example>\n\nx\n')
    got = site.arrives('alice', 'local3q')
    check('a local submission is signed', got and 'd=mx.test' in ''.join(
        fields(got[0][1], 'DKIM-Signature')), got)
    site.stop('opendkim')


def proxy_other_filters(site, check):
    """A content_filter in front of it is ignored; on the second smtpd it works."""
    readme = installed(site)
    run('postconf', '-P', 'smtp/inet/content_filter=amavis:[127.0.0.1]:10024')
    site.reload()
    mark, _ = site.smtp('pass.example')
    one(site, check, 'ignored in front', mark, [])
    run('postconf', '-PX', 'smtp/inet/content_filter')
    readme.paste('another-filter')
    mark, got = site.smtp('pass.example')
    check('taken', got[0] == 250, got)
    check('it is given to the filter', until(lambda: [
        line for line in site.log().splitlines() if 'private/amavis' in line], 10),
          site.log()[-1500:])
    run('postsuper', '-d', 'ALL')


def proxy_local_users(site, check):
    """Only the filter can reach the second smtpd, and nobody can reach the filter."""
    readme = installed(site)
    done = subprocess.run(['setpriv', '--reuid', 'alice', '--regid', 'alice', '--clear-groups',
                           '/usr/bin/python3', '-c', 'import socket; socket.socket(socket.AF_UNIX)'
                           '.connect("/var/spool/postfix/private/mailstamp-proxy")'],
                          stderr=subprocess.PIPE, check=False)
    check('alice may not connect to the filter', b'PermissionError' in done.stderr, done.stderr)
    check('without the rule anybody connects to the second smtpd', listens(10027))
    readme.paste('local-users')
    try:
        check('with it nobody does', not listens(10027))
        mark, _ = site.smtp('pass.example')
        one(site, check, 'good', mark, [])
    finally:
        run('nft', 'delete', 'table', 'inet', 'mailstamp')


def proxy_hold(site, check):
    readme = installed(site)
    readme.paste('hold-proxy')
    mark, got = site.smtp('quarantine.example', client=BAD)
    check('taken', got[0] == 250, got)
    check('held', until(lambda: [each for each in site.queued(mark) if '"hold"' in each], 12),
          site.log()[-1500:])
    mark, _ = site.smtp('pass.example', extra=MARK + ': reject\n')
    one(site, check, 'a forged mark', mark, [])
    run('postsuper', '-d', 'ALL')


def proxy_instead_of_pipe(site, check):
    """From the pipe to the proxy, and back."""
    site.postfix()
    readme = Readme(site, 'postfix')
    readme.paste('install')
    mark, _ = site.smtp('pass.example')
    one(site, check, 'by the pipe', mark, [])
    readme.paste('pipe-to-proxy')
    readme.paste('enforce')
    mark, _ = site.smtp('pass.example')
    one(site, check, 'by the proxy', mark, [])
    _, got = site.smtp('reject.example', client=BAD)
    refused(check, 'reject', got, 'reject.example')
    readme.paste('remove-proxy')
    mark, _ = site.smtp('reject.example', client=BAD)
    got = site.arrives('alice', mark)
    check('taken out', len(got) == 1 and not fields(got[0][1], STAMP), got)


CASES = [proxy_tag_only, proxy_enforce, proxy_later_without_dns, proxy_own_machine,
         proxy_not_for_users, proxy_opendkim, proxy_other_filters, proxy_local_users, proxy_hold,
         proxy_instead_of_pipe]
