"""advice.py: what `explain` proposes to a domain's owner to publish or to request."""

from maker.case import Case
from maker.mail import mail

ZONE = '''
    example.com TXT %s
    s1._domainkey.example.com %s
    _dmarc.example.com TXT %s
'''
SPF, KEY, DMARC = 'v=spf1 ip4:192.0.2.0/28 -all', 'KEY rsa-a', 'v=DMARC1; p=quarantine'


def advice(name, told, spf=SPF, key=KEY, dmarc=DMARC, more='', dmarc_result='fail', **options):
    options.setdefault('message', mail())
    disposition = options.pop('disposition', 'quarantine')
    lines = [each.strip() for each in (ZONE % (spf, key, dmarc)).splitlines()]
    zone = '\n'.join(each for each in lines if not each.endswith('-')) + '\n' + more
    return Case('advice/' + name, zone=zone, dkimpy=False,
                exit=0 if disposition == 'accept' else 10, explain=told,
                expect='dmarc=%s\ndisposition=%s' % (dmarc_result, disposition), **options)


def cases():
    yield advice('spf-syntax', (
        'because of ipv4:192.0.2.0/28 in the record of example.com',
        'as it is example.com: v=spf1 ipv4:192.0.2.0/28 -all',
        'should be example.com: v=spf1 ip4:192.0.2.0/28 -all'),
        spf='v=spf1 ipv4:192.0.2.0/28 -all')
    yield advice('spf-several', ('example.com has 2 SPF records, so that none is valid',
                                 'should be example.com: v=spf1 mx ip4:192.0.2.0/28 ~all'),
                 spf='v=spf1 mx -all', more='example.com TXT v=spf1 ip4:192.0.2.0/28 ~all\n')
    yield advice('spf-dead-include', (
        'included domain without SPF record',
        'should be example.com: v=spf1 ip4:198.51.100.1 -all'),
        spf='v=spf1 ip4:198.51.100.1 include:gone.example.net -all')
    yield advice('spf-none', ('example.com has no SPF record: publish one that allows its mail servers. '
                              'Nothing shows that 192.0.2.10 is one of them',), spf='-')
    yield advice('spf-no-answer', ('check its name servers',), spf='-',
                 more='!SERVFAIL example.com TXT\n', dmarc_result='temperror')
    yield advice('spf-foreign', (
        'example.org in the envelope is not example.com, and its SPF does not pass',
        'after you switch it on: this message, sent so, passes'),
        mail_from='x@example.org', more='example.org TXT v=spf1 -all\n')
    yield advice('not-signed', ('there is no DKIM signature: have the mail signed with '
                                'd=example.com',), dmarc_result='pass', disposition='accept')
    away = {'ip': '198.51.100.9'}
    yield advice('key-revoked', ('the key is revoked (p= is empty)',), key='TXT v=DKIM1; p=',
                 message=mail().signed(), **away)
    yield advice('key-small', ('make one of 2048 bits',), key='KEY rsa-512',
                 message=mail().signed('rsa-512'), **away)
    yield advice('key-of-another-kind', ('publish the key that signs',), key='KEY ed-a',
                 message=mail().signed(), **away)
    yield advice('length-tag', ('sign without l=',), message=mail().signed(l=10), **away)
    yield advice('expired', ('the signature has expired',),
                 message=mail().signed(t=1000, x=2000), **away)
    yield advice('dmarc-none', (
        'example.com has no valid DMARC record',
        'should be _dmarc.example.com: v=DMARC1; p=none; rua=mailto:postmaster@example.com'),
        dmarc='-', more='example.com MX 5 mx.example.com\nmx.example.com A 192.0.2.7\n', dmarc_result='none', disposition='accept')
    yield advice('dmarc-none-without-mail', ('should be _dmarc.example.com: v=DMARC1; p=none\n',), dmarc='-',
                 more='example.com MX 0 .\nexample.com A 192.0.2.7\n', dmarc_result='none', disposition='accept')
    yield advice('dmarc-bad-policy', ('has no valid p=',), dmarc='v=DMARC1; p=monitor',
                 dmarc_result='permerror', disposition='accept')
    yield advice('two-authors', ('one From field with one address in it',),
                 message=mail(author='a@example.com, b@example.org'), dmarc_result='permerror')
