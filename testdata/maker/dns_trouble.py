"""dns_trouble.py: what a temporary DNS failure means for the verdict (PROGRAM.md 5)."""

from maker.case import Case
from maker.mail import mail

ZONE = '''
    _dmarc.example.com TXT v=DMARC1; p=%s
    !TIMEOUT s1._domainkey.example.com TXT
    example.com TXT v=spf1 ip4:192.0.2.99 -all
'''
STATUS = {'accept': 0, 'quarantine': 10, 'tempfail': 75}


def row(name, zone, spf, dkim, dmarc, disposition, **options):
    options.setdefault('message', mail().signed())
    if disposition == 'tempfail':
        expect = 'disposition=tempfail\nstdout empty'
    else:
        expect = 'spf=%s\ndkim=%s\ndmarc=%s\ndisposition=%s' % (spf, dkim, dmarc, disposition)
    return Case('temperror/' + name, zone=zone, expect=expect,
                exit=STATUS[disposition], **options)


def cases():
    policy = ' header.from=example.com policy.dmarc='
    for p, usual in (('none', 'accept'), ('quarantine', 'quarantine'), ('reject', 'quarantine')):
        yield row('key-timeout-p-' + p, ZONE % p, 'fail', 'temperror header.d=example.com',
                  'temperror header.from=example.com', usual)
        for choice in ('accept', 'quarantine', 'tempfail'):
            # p=none asks for nothing (RFC 9989 5.4), so it does not lead to quarantine
            wanted = 'accept' if p == 'none' and choice == 'quarantine' else choice
            yield row('key-timeout-p-%s-%s' % (p, choice), ZONE % p, 'fail', 'temperror',
                      'temperror', wanted, args=('--on-temperror', choice))
    spf_gone = '_dmarc.example.com TXT v=DMARC1; p=reject\n!TIMEOUT example.com TXT\n'
    yield row('spf-timeout', spf_gone, 'temperror', 'none', 'temperror header.from=example.com',
              'quarantine', message=mail())
    yield row('spf-timeout-dkim-passes', spf_gone + 's1._domainkey.example.com KEY rsa-a',
              'temperror', 'pass', 'pass' + policy + 'reject', 'accept')
    other = '_dmarc.example.com TXT v=DMARC1; p=reject\n!TIMEOUT example.org TXT\n' \
            '!TIMEOUT s1._domainkey.example.org\nexample.org A 192.0.2.1\n'
    yield row('unaligned-names-do-not-matter', other, 'temperror', 'temperror',
              'fail' + policy + 'reject', 'quarantine',
              message=mail().signed(d='example.org').topped('List-Id: <l.example.net>'),
              mail_from='b@example.org')
    yield row('key-timeout-spf-passes', (ZONE % 'reject').replace('192.0.2.99', '192.0.2.10'),
              'pass', 'temperror', 'pass' + policy + 'reject', 'accept')
    strict = '_dmarc.example.com TXT v=DMARC1; p=reject; adkim=s; aspf=s\n' \
             '!TIMEOUT s1._domainkey.mail.example.com\n!TIMEOUT mail.example.com TXT\n'
    yield row('strict-alignment-cannot-be-saved', strict, 'temperror', 'temperror',
              'fail' + policy + 'reject', 'quarantine', mail_from='b@mail.example.com',
              message=mail().signed(d='mail.example.com').topped('Resent-From: a@example.net'))
