"""proxy.py: mailstamp before Postfix's queue: tests that need a host that rejects in the session."""

import contextlib
import os
import re
import socket
import subprocess
import time

import cases
import faults
from rig import BAD, USER, Session, until

# what some servers take for the end of the data (SMTP smuggling, CVE-2023-51764)
ENDS = (b'\n.\n', b'\r\n.\n', b'\n.\r\n', b'\r.\r', b'\r\n.\r', b'\r.\r\n', b'\r\r\n.\r\r\n')


def smuggled(host):
    """A message that hides a second one: whatever is delivered was evaluated separately."""
    for setting in ('yes', 'no'):
        host.server.set('smtpd_forbid_bare_newline = ' + setting)
        for end in ENDS:
            wrong = smuggle(host, end)
            if wrong:
                host.server.set()
                return '%r, smtpd_forbid_bare_newline=%s: %s' % (end, setting, wrong)
    host.server.set()
    return None


def smuggle(host, end):
    mail = cases.Mail(b'pass.example')
    forged = cases.Mail(b'reject.example', client=BAD)
    forged.mark = mail.mark
    inner = b'MAIL FROM:<s%s@pass.example>\r\nRCPT TO:<u0-%s@box.test>\r\nDATA\r\n%s' % (
        mail.mark, mail.mark, forged.text().replace(b'\n', b'\r\n'))
    session = Session(host.port, mail.client)
    for line in (b'EHLO helo.pass.example', b'MAIL FROM:<' + mail.path + b'>',
                 b'RCPT TO:<u0-' + mail.mark + b'@box.test>', b'DATA'):
        session.command(line)
    session.sock.sendall(mail.text().replace(b'\n', b'\r\n').rstrip() + end + inner +
                         b'\r\n.\r\nQUIT\r\n')
    replies = []
    while not replies or replies[-1][0] not in (221, 421):
        replies.append(session.reply())
    taken = len([text for code, text in replies if code == 250 and 'queued as' in text])

    def delivered():
        return [each for each in host.both(mail) if mail.mark in each]

    until(lambda: len(delivered()) >= taken, 10)
    time.sleep(0.3)
    got = delivered()
    host.sent.append((mail, len(host.both(mail)), 0))
    if len(got) != taken:
        return '%d delivered, %d accepted: %s' % (len(got), taken, replies)
    for each in got:
        if len(re.findall(rb'(?m)^Authentication-Results: mx\.test;', each.partition(
                b'\n\n')[0])) != 1:
            return 'not judged: %r' % each[:500]
    return cases.stamped([each for each in got if b'a@reject.example' in each.split(b'\n\n')[0]],
                         b'reject.example')


def client_leaves(host):
    """smtpd then writes QUIT into the message: that does not end it."""
    mail = cases.Mail(b'pass.example')
    session = Session(host.port, mail.client)
    for line in (b'EHLO helo.pass.example', b'MAIL FROM:<' + mail.path + b'>',
                 b'RCPT TO:<u0-' + mail.mark + b'@box.test>', b'DATA'):
        session.command(line)
    session.sock.sendall(mail.text().replace(b'\n', b'\r\n'))
    session.sock.shutdown(socket.SHUT_RDWR)
    session.sock.close()
    until(lambda: host.both(mail) or host.queued(mail), 1.5)
    host.sent.append((mail, 0, 0))
    return 'it is delivered' if host.both(mail) or host.queued(mail) else None


def too_late(host):
    """smtpd has stopped waiting (smtpd_proxy_timeout) and answered 451: a late verdict delivers nothing."""
    liar = faults.Liar('slow')
    own = 'resolver=127.0.0.1:%d' % host.world.dns.port
    mail = cases.Mail(b'pass.example')
    faults.reconfigure(host, lambda text: text.replace(
        own, 'resolver=127.0.0.1:%d' % liar.port).replace('dns-timeout=2', 'dns-timeout=6').replace(
            'deadline=8', 'deadline=7').replace('tempfail-on=dmarc\n', ''))
    try:
        code, text = host.smtp(mail)
        if code != 451:
            return 'SMTP says %d %s' % (code, text)
        until(lambda: host.both(mail) or host.queued(mail), 8)
    finally:
        faults.reconfigure(host, lambda text: text)
        liar.close()
    if host.both(mail) or host.queued(mail):
        return 'delivered after 451'
    return cases.sent(host, mail) or cases.delivered(host, mail, 'none', b'dmarc=pass')


@contextlib.contextmanager
def next_hop(host, old, new):
    """Changes a setting of the smtpd behind for a while."""
    path = os.path.join(host.server.etc, 'master.cf')
    with open(path, encoding='utf-8') as text:
        before = text.read()
    head, service, rest = before.partition('127.0.0.1:%d inet' % host.server.proxy_back)
    if old not in rest:
        raise ValueError(old)
    host.server.rig.write('postfix/etc/master.cf', head + service + rest.replace(old, new, 1))
    host.server.reload()
    try:
        yield
    finally:
        host.server.rig.write('postfix/etc/master.cf', before)
        host.server.reload()


def one_refused(host):
    """The next hop refuses one recipient: its client is notified, the other gets the message."""
    mail = cases.Mail(b'pass.example')
    with next_hop(host, 'smtpd_recipient_restrictions=', 'smtpd_recipient_restrictions='
                  'check_recipient_access,inline:{u1-%s@box.test=REJECT},' % mail.mark.decode()):
        session = Session(host.port, mail.client)
        said = [session.command(line) for line in (
            b'EHLO helo.pass.example', b'MAIL FROM:<' + mail.path + b'>',
            b'RCPT TO:<u1-' + mail.mark + b'@box.test>',
            b'RCPT TO:<u0-' + mail.mark + b'@box.test>', b'DATA')]
        if [code for code, _ in said] != [250, 250, 554, 250, 354] or '5.7.1' not in said[2][1]:
            return repr(said)
        session.sock.sendall(mail.text().replace(b'\n', b'\r\n') + b'.\r\n')
        code, text = session.reply()
        # within: a reload would end the queue manager, and the message wait for its next start
        return ('SMTP says %d %s' % (code, text) if code != 250 else None) or cases.delivered(
            host, mail, 'none', b'dmarc=pass')


def next_hop_refuses(host):
    """The client gets the next hop's answer."""
    mail = cases.Mail(b'pass.example')
    with next_hop(host, 'smtpd_end_of_data_restrictions=', 'smtpd_end_of_data_restrictions=reject'):
        code, text = host.smtp(mail)
    host.sent.append((mail, 0, 0))
    return None if code == 554 and '5.7.1' in text and 'END-OF-MESSAGE' in text else \
        'SMTP says %d %s' % (code, text)


def next_hop_gone(host):
    """Nobody listens there: the message is deferred, and later arrives once."""
    mail = cases.Mail(b'pass.example')
    path = os.path.join(host.server.etc, 'master.cf')
    with open(path, encoding='utf-8') as text:
        before = text.read()
    host.server.rig.write('postfix/etc/master.cf', before.replace(
        '127.0.0.1:%d inet' % host.server.proxy_back, '127.0.0.1:1 inet'))
    host.server.reload()
    try:
        code, text = host.smtp(mail)
    finally:
        host.server.rig.write('postfix/etc/master.cf', before)
        host.server.reload()
    if code != 451:
        return 'SMTP says %d %s' % (code, text)
    return cases.sent(host, mail) or cases.delivered(host, mail, 'none', b'dmarc=pass')


def dsn(host):
    """DSN requests of a sender reach the queue (RFC 3461)."""
    mail = cases.Mail(b'pass.example')
    session = Session(host.port, mail.client)
    said = [session.command(line) for line in (
        b'EHLO helo.pass.example', b'MAIL FROM:<' + mail.path + b'> RET=HDRS ENVID=' + mail.mark,
        b'RCPT TO:<u0-' + mail.mark + b'@box.test> NOTIFY=SUCCESS ORCPT=rfc822;o+2B' + mail.mark +
        b'@orig.example', b'DATA')]
    if 'DSN' not in said[0][1]:
        return 'DSN is not offered'
    session.sock.sendall(mail.text().replace(b'\n', b'\r\n') + b'.\r\n')
    said.append(session.reply())
    if not until(lambda: host.bounces(mail)):
        return 'no notice: %s' % said
    host.sent.append((mail, 1, 1))
    notice = host.bounces(mail)[0]
    for word in (b'Original-Envelope-Id: ' + mail.mark, b'Action: delivered',
                 b'Original-Recipient: rfc822;o+' + mail.mark + b'@orig.example'):
        if word not in notice:
            return '%r is not in %r' % (word, notice[:3000])
    return None


def private(host):
    """No other user of the machine reaches the filter, which trusts XFORWARD."""
    path = host.server.folder + '/queue/private/mailstamp-proxy'
    script = 'import socket; socket.socket(socket.AF_UNIX).connect(%r)' % path
    done = subprocess.run(['setpriv', '--reuid', USER, '--regid', 'nogroup', '--clear-groups',
                           '/usr/bin/python3', '-c', script], stderr=subprocess.PIPE, check=False)
    return None if b'PermissionError' in done.stderr else 'it is open: %r' % done.stderr


def no_queue_file(host):
    """A rejected message leaves nothing behind: no queue file, no bounce."""
    mail = cases.Mail(b'reject.example', client=BAD)
    wrong = cases.refused(host, mail)
    logged = r'proxy-reject: END-OF-MESSAGE: 550 5\.7\.26 .*' + mail.mark.decode()
    # Postfix writes its log after the reply
    if not wrong and not until(lambda: re.search(logged, host.server.log())):
        wrong = 'not logged: ' + host.server.log()[-500:]
    return wrong or ('queued' if host.queued(mail) or host.bounces(mail) else None)


def long_helo(host):
    return cases.hostile(None, b'x' * 300)(host)


def table(host, full):
    if host.name == 'postfix-live':
        return [('one-refused', one_refused)] + (
            [('client-leaves', client_leaves), ('too-late', too_late)] if full else [])
    rows = [('no-queue-file', no_queue_file), ('private', private), ('dsn', dsn),
            ('long-helo', long_helo), ('client-leaves', client_leaves)]
    if full:
        rows += [('smuggled', smuggled), ('next-hop-refuses', next_hop_refuses),
                 ('next-hop-gone', next_hop_gone)]
    return rows
