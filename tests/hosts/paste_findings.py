"""paste_findings.py: what a first installation by the READMEs lost, one case each. If a line of a recipe is
the remedy, the case also removes it and checks that the loss occurs."""

import base64
import os
import re
import shutil
import socket
import subprocess
import time

import paste_agents
import paste_postfix
import paste_proxy
from paste_postfix import MARK, STAMP, one
from place import BAD, GOOD, OUTSIDE, SERVER, Readme, fields, put, run
from rig import Session, until


def procmail_foreign_host(site, check):
    """a: HOST with another name in /etc/procmailrc ends only that file: the message is bounced and
    delivered."""
    readme = paste_agents.installed(site, 'procmail', 'system')
    readme.paste('enforce')
    mark, _ = site.smtp('reject.example', path='s-MARK@path.example')
    check('bounced', until(lambda: site.logged(mark, 'status=bounced'), 12), site.log()[-900:])
    check('and not delivered', not site.find('alice', mark))
    with open('/etc/procmailrc', encoding='utf-8') as text:
        text = text.read()
    cure = '\t:0\n\t/dev/null\n'
    check('the recipe has the cure', cure in text, text)
    put('/etc/procmailrc', text.replace(cure, '\tHOST = none.invalid\n'))
    mark, _ = site.smtp('reject.example', path='s-MARK@path.example')
    check('without it bounced', until(lambda: site.logged(mark, 'status=bounced'), 12), site.log()[-900:])
    check('and delivered', site.arrives('alice', mark))


def tempfail_on_dmarc(site, check):
    """b: no answer for the author's policy defers mail because of a line of the sample."""
    for way, code in ((paste_postfix, 250), (paste_proxy, 451)):
        site.fresh()
        way.installed(site)
        site.dns(lame=True)
        mark, got = site.smtp('lame.example', client=BAD)
        check('%s: SMTP' % code, got[0] == code, got)
        check('%s: waits' % code, code == 451 or site.defers(mark), site.log()[-900:])
        check('%s: not delivered' % code, not site.find('alice', mark))
        run('sed', '-i', '/^tempfail-on=dmarc$/d', '/etc/mailstamp/mailstamp.conf')
        mark, got = site.smtp('lame.example', client=BAD)
        check('%s: without the line it is delivered' % code, site.arrives('alice', mark), got)
        site.dns(lame=False)


def opendkim_on_the_way_back(site, check):
    """c: returned mail is signed in our name if the second smtpd has milters."""
    paste_postfix.opendkim(site)
    for way, port in ((paste_postfix, 10026), (paste_proxy, 10027)):
        site.fresh()
        way.installed(site, 'smtpd_milters = inet:127.0.0.1:8891',
                      'non_smtpd_milters = $smtpd_milters', 'milter_default_action = tempfail')
        until(lambda: site.smtp('pass.example')[1][0] == 250, 10)
        mark, _ = site.smtp('mx.test', client=BAD)
        text = one(site, check, '%d' % port, mark, ['quarantine'])
        check('%d is not signed' % port, text and not fields(text, 'DKIM-Signature'), text[:900])
        name = '127.0.0.1:%d/inet/receive_override_options' % port
        options = run('postconf', '-hP', name).strip()
        check('%d has the cure' % port, options.endswith(',no_milters'), options)
        run('postconf', '-P', name + '=' + options.replace(',no_milters', ''))
        site.reload()
        until(lambda: site.smtp('pass.example')[1][0] == 250, 10)
        mark, _ = site.smtp('mx.test', client=BAD)
        got = site.arrives('alice', mark)
        check('%d: without it our signature is on a forged From' % port, got and 'd=mx.test' in ''.join(
            fields(got[0][1], 'DKIM-Signature')), got)
    site.stop('opendkim')


def own_networks(site, check):
    """d: the line for loopback and own networks, in both ways of Postfix and in Exim's filter."""
    for way in (paste_postfix, paste_proxy):
        site.fresh()
        readme = way.installed(site)
        mark, _ = site.smtp('reject.example', client=BAD)
        one(site, check, 'before', mark, ['quarantine'])
        readme.paste('own-networks')
        for client in (BAD, '127.0.0.1'):       # 192.0.2.0/24 is what the sample has
            mark, _ = site.smtp('reject.example', client=client, extra=MARK + ': reject\n')
            text = one(site, check, client, mark, [])
            check('%s is not judged' % client, b'dmarc=none' in text or b'spf=none' in text, text[:600])
        mark, _ = site.smtp('reject.example', client=OUTSIDE)
        one(site, check, 'from outside', mark, ['quarantine'])


def folder_cannot_be_entered(site, check):
    """e: only a missing folder means no configuration; one that the user cannot enter is a temporary failure."""
    paste_postfix.installed(site)
    os.chmod('/etc/mailstamp', 0o700)
    done = subprocess.run(['setpriv', '--reuid', 'bob', '--regid', 'bob', '--init-groups', 'mailstamp',
                           '--profile', 'procmail', '--envelope', 'headers'], input=b'From: a@x.example\n\nx\n',
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    check('75 for another user', done.returncode == 75 and not done.stdout, done)
    denied = ('/etc/mailstamp/mailstamp.conf', 'permission denied')
    check('and a log line', until(lambda: len(site.syslog(*denied)) == 1, 3), site.syslog())
    mark, got = site.smtp('pass.example')
    check('deferred', got[0] == 250 and site.defers(mark), site.log()[-900:])
    check('a log line with the file', until(lambda: len(site.syslog(*denied)) > 1, 3), site.syslog())
    check('not delivered', not site.find('alice', mark))
    os.chmod('/etc/mailstamp', 0o755)
    run('postqueue', '-f')
    one(site, check, 'once it can be entered', mark, [])
    shutil.rmtree('/etc/mailstamp')                     # ENOENT
    mark, _ = site.smtp('pass.example')
    one(site, check, 'no folder', mark, [])
    put('/etc/mailstamp', '')                           # ENOTDIR
    mark, _ = site.smtp('pass.example')
    one(site, check, 'a file in its place', mark, [])
    os.unlink('/etc/mailstamp')


def with_dsn(site, port, rcpt, options, more=''):
    """One message from alice with these DSN parameters; its mark and the last reply."""
    mark = site.mark()
    session = Session(port, GOOD, server=SERVER)
    for line in ('EHLO client.test', 'MAIL FROM:<alice@mx.test>%s ENVID=%s' % (more, mark),
                 'RCPT TO:<%s@mx.test> %s' % (rcpt, options), 'DATA'):
        got = session.command(line.encode())
        if got[0] not in (250, 354):
            return mark, got
    session.sock.sendall(('From: a@pass.example\r\nMessage-ID: <%s@x.example>\r\nX-Test: header\r\n\r\nbody of '
                          '%s\r\n.\r\n' % (mark, mark)).encode())
    return mark, session.reply()


def notices(site, mark):
    return [each for all_of in site.boxes('alice').values() for each in all_of
            if b'Original-Envelope-Id: ' + mark.encode() in each]


def dsn_parameters(site, check):
    """g: before the queue no DSN parameter is lost, and an agent leaves them to Postfix; the pipe, which
    would lose them, does not offer DSN (postfix_tag_only), nor does Exim (exim_pipe)."""
    put('/srv/bob/.forward', '"|exit 67"\n')
    run('chown', 'bob:', '/srv/bob/.forward')
    for what in ('proxy', 'procmail'):
        site.fresh()
        if what == 'proxy':
            paste_proxy.installed(site)
        else:
            paste_agents.installed(site, 'procmail', 'system')
        mark, got = with_dsn(site, 25, 'alice', 'NOTIFY=SUCCESS ORCPT=rfc822;o+2Bx@orig.example')
        check(what + ': a notice of success', until(lambda: notices(site, mark), 12), (got, site.log()[-900:]))
        text = b''.join(notices(site, mark))
        for word in (b'Action: delivered', b'Original-Recipient: rfc822;o+x@orig.example'):
            check('%s: %r' % (what, word), word in text, text[:2000])
        mark, got = with_dsn(site, 25, 'bob', 'NOTIFY=FAILURE', ' RET=HDRS')
        check(what + ': a notice of failure', until(lambda: notices(site, mark), 12), (got, site.log()[-900:]))
        text = b''.join(notices(site, mark))
        check(what + ': headers only', b'X-Test: header' in text and b'body of' not in text, text[-900:])
        mark, got = with_dsn(site, 25, 'bob', 'NOTIFY=NEVER')
        check(what + ': accepted', got[0] == 250, got)
        ident = got[1].split()[-1]
        check(what + ': failed', until(lambda: [each for each in site.log().splitlines() if 'status=bounced' in each
                                               and (ident in each or 'body' in each)], 12), site.log()[-900:])
        until(lambda: run('mailq').startswith('Mail queue is empty'), 12)
        check(what + ': no notice where none is wanted', not notices(site, mark))
    os.unlink('/srv/bob/.forward')


def configuration_traps(site, check):
    """j: a duplicate key stops mail, and is reported before mail arrives; white space at the end is ignored."""
    paste_postfix.installed(site)
    conf = '/etc/mailstamp/mailstamp.conf'

    def checked(*more):
        done = subprocess.run(['mailstamp', '--check-config', *more], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout.decode()

    code, told = checked('--user', 'mailstamp')
    check('right: 0', code == 0, told)
    check('with the origin', re.search(r'tempfail-on.*dmarc.*%s' % conf, told), told)
    run('sed', '-i', 's/^tempfail-on=dmarc$/tempfail-on=dmarc \\t/', conf)
    check('white space at the end', checked('--user', 'mailstamp') == (0, told), checked())
    put(conf, 'tempfail-on=none\nno-such-option=1\n', 'a')
    code, told = checked('--user', 'mailstamp')
    check('78', code == 78, told)
    check('all errors at once', 'tempfail-on' in told and 'no-such-option' in told, told)
    mark, _ = site.smtp('pass.example')
    check('mail waits', site.defers(mark), site.log()[-900:])
    check('and the log says why', site.syslog('tempfail-on') or site.syslog('no-such-option'), site.syslog())
    run('sed', '-i', '/^tempfail-on=none$/d; /^no-such-option/d', conf)
    run('postqueue', '-f')
    one(site, check, 'once it is right', mark, [])
    os.chmod(conf, 0o600)
    check('unreadable for the user: 78', checked('--user', 'mailstamp')[0] == 78, checked('--user', 'mailstamp'))
    check('readable for root', checked()[0] == 0)


def ours():
    """Processes of mailstamp that Postfix started here, in this name space."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/cmdline' % pid, 'rb') as line:
                if line.read().startswith(b'/usr/bin/mailstamp\0--profile\0postfix\0') and \
                        os.readlink('/proc/%s/ns/net' % pid) == os.readlink('/proc/self/ns/net'):
                    found.append(int(pid))
        except OSError:
            continue        # it has ended
    return found


def log_lines(site, check):
    """h: the log lines of a message, an error, a signal and a crash: each has the queue id, or says what it
    is about."""
    paste_postfix.installed(site)
    mark, _ = site.smtp('pass.example', to='alice bob')
    one(site, check, 'good', mark, [])
    line = ''.join(until(lambda: site.syslog(mark), 3))
    ident = ''.join(re.findall(r'\bid=(\w+)', line))
    check('the queue id', ident and '%s: from=<s-%s' % (ident, mark) in site.log(), line)
    names = re.findall(r'(?:^|\]: | )([a-z_]+)=', re.sub(r'"[^"]*"', '""', line))
    check('its parts', names == 'id client helo from rcpts author msgid spf dkim arc dmarc policy disposition '
          'removed reason_code status time_ms reason'.split(), names)
    check('facility mail', line.startswith('<22>'), line)
    conf = '/etc/mailstamp/mailstamp.conf'
    for wrong in ('no-such-option', 'arc-key'):
        put(conf, {'arc-key': 'arc-seal=mx.test\narc-selector=s\n'}.get(wrong, '') + wrong + '=/nonexistent\n', 'a')
        mark, _ = site.smtp('pass.example')
        check(wrong + ' waits', site.defers(mark), site.log()[-600:])
        ident = re.findall(r'(\w+): from=<s-%s' % mark, site.log())[0]
        check(wrong + ' has the id', until(lambda: site.syslog('id=' + ident), 3), site.syslog()[-3:])
        run('sed', '-i', '/nonexistent$/d; /^arc-/d', conf)
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(('127.0.0.99', 53))
    put(conf, 'resolver=127.0.0.99\n', 'a')
    for name, number in (('TERM', 15), ('SEGV', 11)):
        mark, _ = site.smtp('pass.example')
        running = until(ours, 5)
        time.sleep(1)       # it waits for DNS
        check(name + ': it runs', running, site.log()[-600:])
        for pid in running:
            run('kill', '-' + name, str(pid), check=False)
        check(name + ': waits', site.defers(mark), site.log()[-600:])
        check(name + ': is logged', until(lambda: site.syslog('ended by signal %d' % number), 3), site.syslog()[-3:])
    silent.close()
    run('sed', '-i', '/^resolver/d', conf)
    run('postqueue', '-f')
    one(site, check, 'afterwards', mark, [])


AUTH_2_3 = """protocols =
auth_mechanisms = plain
disable_plaintext_auth = no
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0666
  }
}
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=carol gid=carol home=/srv/carol
}
"""
AUTH_2_4 = """auth_mechanisms = plain
auth_allow_cleartext = yes
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0666
  }
}
passdb static {
  password = secret
}
userdb static {
  fields {
    uid = carol
    gid = carol
    home = /srv/carol
  }
}
"""


def login_name(site, check):
    """l: mail of a user who logged in is not evaluated; the user is not named in the message, and cannot mark
    it."""
    paste_agents.dovecot(AUTH_2_4 if paste_agents.dovecot_is_new() else AUTH_2_3)
    put('/etc/dovecot/conf.d/10-auth.conf', '')
    put('/etc/dovecot/conf.d/10-ssl.conf', 'ssl = no\n')
    paste_postfix.installed(site, 'smtpd_sasl_auth_enable = yes', 'smtpd_sasl_type = dovecot',
                            'smtpd_sasl_path = private/auth', 'smtpd_tls_auth_only = no')
    site.start('dovecot', '/usr/sbin/dovecot', '-F')
    until(lambda: os.path.exists('/var/spool/postfix/private/auth'), 10)
    login = 'AUTH PLAIN ' + base64.b64encode(b'\0zaphod\0secret').decode()
    site.json_log()
    mark, got = site.smtp('reject.example', client=BAD, before=(login,),
                          extra='%s: reject\nMailstamp-Test: x\n' % MARK)
    check('taken', got[0] == 250, (got, run('cat', '/tmp/dovecot.log')))
    text = one(site, check, 'of a user', mark, [])
    check('auth=pass alone', re.search(r'auth=pass(;|$)', ''.join(fields(text, STAMP)).strip()), text[:600])
    check('no login name', b'zaphod' not in text, text[:900])
    check('nothing forged is left', b'Mailstamp-' not in text, text[:900])
    check('the log has it', [each['envelope']['authenticated'] for each in site.judged(mark)] == ['zaphod'])
    mark, _ = site.smtp('reject.example', client=BAD, extra=MARK + ': none\n')
    one(site, check, 'without a login', mark, ['quarantine'])
    site.stop('dovecot')
    os.unlink('/etc/dovecot/conf.d/98-test.conf')


CASES = [procmail_foreign_host, tempfail_on_dmarc, opendkim_on_the_way_back, own_networks,
         folder_cannot_be_entered, dsn_parameters, log_lines, configuration_traps, login_name]
