"""envelope_wraps.py: `--envelope bsmtp`, `field` and `headers`."""

from maker.case import Case
from maker.envelopes import FAIL, HERE, PASS, ZONE
from maker.mail import mail

GOOD = 'spf=pass smtp.mailfrom=orders@example.com\ndkim=none\n' + PASS


def bsmtp():
    plain = mail()

    def wrap(message, commands=('HELO mail.example.com', 'MAIL FROM:<orders@example.com>',
                                'RCPT TO:<user@example.net>', 'DATA'), end='.\n'):
        text = message if isinstance(message, bytes) else message.bytes()
        stuffed = b''.join(b'.' + each if each.startswith(b'.') else each
                           for each in text.splitlines(True))
        return ''.join(c + '\n' for c in commands).encode() + stuffed + end.encode()

    def row(name, data, expect=GOOD, status=0, rest=plain, args=()):
        return Case('envelope/bsmtp-' + name, zone=ZONE, bare=True, message=data,
                    args=HERE + ('--envelope', 'bsmtp', '--client-ip', '192.0.2.10') + args,
                    expect=expect, exit=status, rest=None if status == 75 else rest)

    def commands(*lines):
        return wrap(plain, lines)

    yield row('usual', wrap(plain))
    yield row('ehlo', commands('EHLO mail.example.com', 'MAIL FROM:<orders@example.com>',
                               'RCPT TO:<user@example.net>', 'DATA'))
    yield row('lower-case', commands('helo mail.example.com', 'mail from:<orders@example.com>',
                                     'rcpt to:<user@example.net>', 'data'))
    yield row('null-path', commands('HELO mail.example.com', 'MAIL FROM:<>',
                                    'RCPT TO:<user@example.net>', 'DATA'),
              'spf=pass smtp.helo=mail.example.com\ndkim=none\n' + PASS)
    yield row('several-recipients', commands('HELO mail.example.com',
              'MAIL FROM:<orders@example.com>', 'RCPT TO:<user@example.net>',
              'RCPT TO:<b@example.net>', 'DATA'))
    yield row('parameters', commands('EHLO mail.example.com',
              'MAIL FROM:<orders@example.com> SIZE=1000 BODY=8BITMIME',
              'RCPT TO:<user@example.net>', 'DATA'))
    dots = plain.with_body('.\n..\n.hidden\n...\nend.\n')
    yield row('dots', wrap(dots), rest=dots)
    yield row('dots-signed', wrap(dots.signed()), 'spf=pass\ndkim=pass\n' + PASS,
              rest=dots.signed())
    data = wrap(plain).replace(b'\n', b'\r\n')
    yield row('crlf', data, rest=plain.bytes('\r\n'))
    for name, broken in (('no-end', wrap(plain, end='')),
                         ('no-mail-command', commands('HELO a', 'RCPT TO:<b@example.net>',
                                                      'DATA')),
                         ('no-data-command', b'HELO a\nMAIL FROM:<b@example.com>\n'),
                         ('two-mail-commands', commands(
                             'HELO mail.example.com', 'MAIL FROM:<orders@example.com>',
                             'MAIL FROM:<b@example.org>', 'RCPT TO:<user@example.net>', 'DATA')),
                         ('plain-message', plain.bytes()), ('empty', b'')):
        yield row(name, broken, 'stdout empty', 75)


SECRET = 'correct horse battery staple'
FIELD = 'X-Mailstamp-Envelope: secret=correct%20horse%20battery%20staple ' \
        'client_address=192.0.2.10 helo_name=mail.example.com sender=orders@example.com'


def field():
    plain = mail()

    def row(name, message, expect=GOOD, status=0, rest=plain, args=()):
        return Case('envelope/field-' + name, zone=ZONE, bare=True,
                    message=message, dkimpy=False,
                    args=HERE + ('--envelope', 'field', '--envelope-secret-file',
                                '@TMP@/secret') + args,
                    files={'secret': SECRET + '\n'}, expect=expect, exit=status,
                    rest=None if status == 75 else rest)

    forged = FIELD.replace('correct', 'wrong').replace('192.0.2.10', '203.0.113.9')
    yield row('usual', plain.topped(FIELD))
    yield row('at-the-end', plain.ended(FIELD))
    yield row('folded', plain.topped(FIELD.replace(' ', '\n ', 3)))
    yield row('name-case', plain.topped(FIELD.replace('X-Mailstamp-Envelope',
                                                      'x-mailstamp-ENVELOPE')))
    yield row('with-a-forged-one-above', plain.topped(forged, FIELD))
    yield row('with-a-forged-one-below', plain.topped(FIELD, forged))
    yield row('null-path', plain.topped(FIELD.replace('orders@example.com', '')),
              'spf=pass smtp.helo=mail.example.com\ndkim=none\n' + PASS)
    signed = plain.signed(h=('from', 'subject', 'x-mailstamp-envelope'))
    yield row('hidden-from-dkim', signed.topped(FIELD), 'spf=pass\ndkim=pass\n' + PASS,
              rest=signed)
    yield row('missing', plain, 'stdout empty', 75)
    yield row('only-a-forged-one', plain.topped(forged), 'stdout empty', 75)
    yield row('twice', plain.topped(FIELD, FIELD), 'stdout empty', 75)


def headers():
    def row(name, more, expect=GOOD, status=0, args=(), mbox=b'', zone=''):
        message = mbox + mail().topped(*more).bytes()
        return Case('envelope/headers-' + name, zone=ZONE + zone, bare=True,
                    message=message, args=HERE + ('--envelope', 'headers') + args, expect=expect,
                    exit=status)

    def received(host, ip, by='mx.example.net', helo=None):
        return 'Received: from %s (%s [%s])\n\tby %s (Postfix) with ESMTP id 4711AB\n' \
               '\tfor <user@example.net>; Thu, 01 Jan 2026 09:00:00 +0900' \
               % (helo or host, host, ip, by)

    path = 'Return-Path: <orders@example.com>'
    first = received('mail.example.com', '192.0.2.10')
    yield row('return-path', [path, first])
    yield row('x-envelope-from', ['X-Envelope-From: <orders@example.com>', first])
    yield row('mbox-line', [first], mbox=b'From orders@example.com Thu Jan  1 00:00:00 2026\n')
    yield row('null-return-path', ['Return-Path: <>', first],
              'spf=pass smtp.helo=mail.example.com\ndkim=none\n' + PASS)
    yield row('no-path', [first], 'spf=none\ndkim=none\n' + FAIL, 11)
    yield row('return-path-below-received', [first, path], 'spf=none\ndkim=none\n' + FAIL, 11)
    yield row('no-received', [path], 'spf=none\ndkim=none\n' + FAIL, 11)
    inner = received('mx1.example.net', '10.0.0.5', 'store.example.net')
    yield row('behind-own-relay', [path, inner, first], args=('--trusted-relay', '10.0.0.0/8'))
    yield row('behind-own-relay-not-trusted', [path, inner, first],
              'spf=fail smtp.mailfrom=orders@example.com\ndkim=none\n' + FAIL, 11)
    name = '5.0.0.10.in-addr.arpa PTR mx1.example.net\nmx1.example.net A %s\n'
    by_name = [path, inner, first], GOOD, 0, ('--trusted-relay', 'mx1.example.net')
    yield row('behind-own-relay-by-name', *by_name, zone=name % '10.0.0.5')
    for why, records in (('unconfirmed', name % '10.0.0.6'), ('unknown', ''),
                         ('unanswered', '!TIMEOUT 5.0.0.10.in-addr.arpa PTR')):
        yield row('behind-own-relay-by-name-' + why, by_name[0],
                  'spf=fail smtp.mailfrom=orders@example.com\ndkim=none\n' + FAIL, 11,
                  by_name[3], zone=records)
    forged = received('mail.example.com', '192.0.2.10', 'mx.evil.example.org')
    real = received('evil.example.org', '203.0.113.9')
    yield row('forged-received-below', [path, real, forged],
              'spf=fail smtp.mailfrom=orders@example.com\ndkim=none\n' + FAIL, 11)
    v6 = received('mail.example.com', 'IPv6:2001:db8::10')
    yield row('ipv6-client', [path, v6], 'spf=fail smtp.mailfrom=orders@example.com\ndkim=none\n' +
              FAIL, 11)
    local = 'Received: by store.example.net (Postfix, from userid 1000)\n\tid 4712; ' \
            'Thu, 01 Jan 2026 09:00:01 +0900'
    yield row('without-client-address-untrusted', [path, local, first],
              'spf=none\ndkim=none\n' + FAIL, 11)


def cases():
    for group in (bsmtp, field, headers):
        yield from group()
