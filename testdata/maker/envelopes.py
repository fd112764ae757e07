"""envelopes.py: `--envelope args` and `stdin`, trusted clients, users who logged in."""

from maker.case import AUTHSERV_ID, Case
from maker.mail import NOW, mail

ZONE = '''
    example.com TXT v=spf1 ip4:192.0.2.10 -all
    mail.example.com TXT v=spf1 ip4:192.0.2.10 -all
    s1._domainkey.example.com KEY rsa-a
    _dmarc.example.com TXT v=DMARC1; p=reject
'''
HERE = ('--authserv-id', AUTHSERV_ID, '--zone', 'zone', '--now', str(NOW))
PASS = 'dmarc=pass header.from=example.com policy.dmarc=reject\ndisposition=accept'
FAIL = 'dmarc=fail header.from=example.com policy.dmarc=reject\ndisposition=reject'


def args(name, expect, status=0, **options):
    options.setdefault('message', mail())
    return Case('envelope/' + name, zone=ZONE, expect=expect, exit=status, **options)


def given():
    yield args('args', 'spf=pass smtp.mailfrom=orders@example.com\ndkim=none\n' + PASS)
    yield args('args-null-path', 'spf=pass smtp.helo=mail.example.com\ndkim=none\n' + PASS,
               mail_from='')
    yield args('args-unknown-path', 'spf=none\ndkim=none\n' + FAIL, 11, mail_from=None)
    yield args('args-nothing', 'spf=none\ndkim=none\n' + FAIL, 11, ip=None, helo=None,
               mail_from=None, rcpt=None)
    yield args('args-no-client', 'spf=none\ndkim=pass\n' + PASS, ip=None, message=mail().signed())
    yield args('args-several-recipients', 'spf=pass\ndkim=none\n' + PASS,
               args=('--rcpt', 'other@example.net', '--queue-id', '4711AB'))
    yield args('args-equals-sign', 'spf=pass\ndkim=none\n' + PASS, ip=None,
               args=('--client-ip=192.0.2.10',))
    yield args('args-client-name', 'spf=pass\ndkim=none\n' + PASS,
               args=('--client-name', 'unknown'))
    yield args('args-path-without-domain', 'spf=none\ndkim=none\n' + FAIL, 11,
               mail_from='orders')
    yield args('args-hostile-path', 'spf=fail|none|permerror\ndkim=none\n' + FAIL, 11,
               mail_from='a"; dkim=pass header.d=example.com (@evil.example.org', ip='203.0.113.9')
    yield args('args-hostile-helo', 'spf=none|fail|permerror\ndkim=none\n' + FAIL, 11,
               mail_from='', helo='x; dmarc=pass header.from=example.com', ip='203.0.113.9')


def trusted():
    local = 'spf=none\ndkim=none\ndmarc=none\ndisposition=accept\nreason spf: local\n' \
            'reason dmarc: local'
    yield args('trusted-client', local, ip='10.1.2.3', args=('--trusted-client', '10.0.0.0/8'))
    yield args('trusted-client-v6', local, ip='2001:db8:1::5',
               args=('--trusted-client', '2001:db8:1::/48'))
    yield args('trusted-client-one-of-two', local, ip='10.1.2.3',
               args=('--trusted-client', '172.16.0.0/12', '--trusted-client', '10.1.2.3'))
    yield args('trusted-client-not-this-one', 'spf=fail\ndkim=none\n' + FAIL, 11, ip='10.1.2.3',
               args=('--trusted-client', '10.2.0.0/16'))
    yield args('trusted-client-forged-field-removed', local, ip='10.1.2.3',
               args=('--trusted-client', '10.0.0.0/8'), rest=mail(), message=mail().topped(
                   'Authentication-Results: mx.example.net; dmarc=pass'))
    yield args('trusted-client-broken-message', local, ip='10.1.2.3',
               message=b'no mail at all\n', args=('--trusted-client', '10.0.0.0/8'))
    yield args('authenticated', 'auth=pass\n' + local, ip='203.0.113.9',
               args=('--authenticated', 'orders'))
    yield args('authenticated-hostile-name', 'auth=pass\n' + local, ip='203.0.113.9',
               args=('--authenticated', 'a"; dmarc=pass (\x01\u00e9'))


def pre(lines, message, end='\n'):
    text = ''.join(each + '\n' for each in ['mailstamp-envelope=1'] + lines) + end
    return text.encode() + message.bytes()


def stdin():
    plain = mail()

    def row(name, lines, expect, status=0, data=None, message=plain, **options):
        return Case('envelope/stdin-' + name, zone=ZONE, bare=True,
                    args=HERE + ('--envelope', 'stdin'), expect=expect, exit=status,
                    message=pre(lines, message) if data is None else data,
                    rest=None if '75' in str(status) else message, **options)

    usual = ['client_address=192.0.2.10', 'client_name=mail.example.com',
             'helo_name=mail.example.com', 'sender=orders@example.com',
             'recipient=user@example.net', 'queue_id=4711AB']
    good = 'spf=pass smtp.mailfrom=orders@example.com\ndkim=none\n' + PASS
    yield row('usual', usual, good)
    yield row('signed', usual[:2], 'spf=none\ndkim=pass\n' + PASS, message=mail().signed())
    yield row('empty-sender-is-null', [s if not s.startswith('sender') else 'sender='
              for s in usual], 'spf=pass smtp.helo=mail.example.com\ndkim=none\n' + PASS)
    yield row('missing-sender-is-unknown', [s for s in usual if not s.startswith('sender')],
              'spf=none\ndkim=none\n' + FAIL, 11)
    yield row('several-recipients', usual + ['recipient=b@example.net', 'recipient=c@example.net'],
              good)
    yield row('unknown-names', usual + ['request=smtpd_access_policy', 'x_y=1'], good)
    yield row('percent', [s.replace('@', '%40') for s in usual], good)
    yield row('percent-lower-case', [s.replace('orders', '%6frders') for s in usual], good)
    yield row('percent-line-end-in-helo', [
        'client_address=203.0.113.9', 'sender=orders@example.com',
        'helo_name=x%0D%0Aclient_address=192.0.2.10%0A%0AFrom: evil@example.org'],
        'spf=fail smtp.mailfrom=orders@example.com\ndkim=none\n' + FAIL, 11)
    yield row('percent-nul', [s.replace('queue_id=4711AB', 'queue_id=a%00b') for s in usual], good)
    yield row('value-with-equals', usual + ['queue_comment=a=b=c'], good)
    yield row('user', ['client_address=203.0.113.9', 'sender=orders@example.com',
                       'sasl_username=orders'],
              'auth=pass\nspf=none\ndkim=none\ndmarc=none\ndisposition=accept')
    yield row('empty-user-is-no-user', usual + ['sasl_username='], good)
    crlf = pre(usual, plain).replace(b'\n', b'\r\n')
    yield Case('envelope/stdin-crlf', zone=ZONE, bare=True, message=crlf,
               args=HERE + ('--envelope', 'stdin'), expect=good, rest=plain.bytes('\r\n'))
    bad = 'stdout empty'
    yield row('first-line-missing', [], bad, 75,
              data=('\n'.join(usual) + '\n\n').encode() + plain.bytes())
    yield row('first-line-other-version', [], bad, 75,
              data=b'mailstamp-envelope=2\nsender=a@example.com\n\n' + plain.bytes())
    yield row('no-preamble', [], bad, 75, data=plain.bytes())
    yield row('sender-twice', usual + ['sender=other@example.org'], bad, 75)
    yield row('client-twice', usual + ['client_address=192.0.2.10'], bad, 75)
    yield row('not-ended', [], bad, 75, data=b'mailstamp-envelope=1\nsender=a@example.com\n')
    yield row('line-without-equals', usual + ['nonsense'], bad, 75)
    yield row('bad-percent', [s.replace('@', '%4x') for s in usual], bad, 75)
    yield row('empty-input', [], bad, 75, data=b'')


def cases():
    for group in (given, trusted, stdin):
        yield from group()
