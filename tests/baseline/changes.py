"""changes.py: changes in the records of a domain, and the findings of inspect --baseline."""

KEY = ('MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtWA5pJtn1eWDrmF/OE6NG1STK87Kj2wHIC5vcNj+PKXANy1T0pMrOi/NFMre2sr5bGznUyhh'
       'Qsl9KzNEJIdZji21lQB73Ay2AOLonuWQrFOlzGhePlxW6i2lpJiRsQqrzFrN2AD0Kfu1q8J91fhlFqcLl3X2MHrWLiFj4jXss5bEfy/MtlbOtcF0rWQx0pTI'
       'qJP5btp/hOg+g5axK638ZIkjzMjtinmTgyzvbqdtqN9RkkdG1MjbTTLPgGQhA8+bJGa5eBK1D+QnY6r/QEeph+mONX5nnF5XCXoQbb3RmZi5mY04jQoFWRxu'
       'PvMIdApbS5D4LMTFh4gYEP3Jo8PIgQIDAQAB')
EDWARDS = 'O0ykvPVqImW/jPCidWSCBr9My2nvMm00uQC7HrBmYeY='


def txt(text):
    return ' '.join(f'"{text[n:n + 250]}"' for n in range(0, len(text), 250))


SPF = 'v=spf1 ip4:192.0.2.0/28 include:spf.example.net -all'
INCLUDED = 'v=spf1 ip4:198.51.100.0/24 ip6:2001:db8:1::/48 ~all'
DMARC = 'v=DMARC1; p=none; rua=mailto:d@example.com'
RSA, ED = 'v=DKIM1; k=rsa; p=' + KEY, 'v=DKIM1; k=ed25519; p=' + EDWARDS


def zone_of(spf=SPF, included=INCLUDED, dmarc=DMARC, s1=RSA, ed=ED, mx='10 mx.example.com.', more=''):
    records = (('example.com', spf), ('spf.example.net', included), ('_dmarc.example.com', dmarc),
               ('s1._domainkey.example.com', s1), ('ed._domainkey.example.com', ed))
    return ''.join(f'{name}. TXT {txt(text)}\n' for name, text in records if text) + \
        ''.join(f'example.com. MX {each}\n' for each in mx.split(';') if each) + \
        'mx.example.com. A 192.0.2.1\nb.example.com. A 192.0.2.2\n' + more


# what is different, status, the records that changed, and the findings: (id, words of the text)
INSPECT = (
    ('nothing', {}, 10, [], []),
    ('p=none becomes p=reject', {'dmarc': DMARC.replace('none', 'reject')}, 10, ['_dmarc.example.com'], [
        ('change-dmarc-policy', 'by RFC 9989 the policy is reject, and was none: unauthenticated mail gets reject '
         'here, and got accept'),
        ('change-dmarc-policy', 'by RFC 7489 the policy is reject')]),
    ('a share', {'dmarc': DMARC.replace('none', 'quarantine; pct=30')}, 10, ['_dmarc.example.com'], [
        ('change-dmarc-policy', 'by RFC 9989 the policy is quarantine, and was none'),
        ('change-dmarc-policy', 'by RFC 7489 the policy is quarantine'),
        ('change-dmarc-share', 'by RFC 7489 the policy is for 30% of the mail that fails, and was for 100%')]),
    ('no DMARC record', {'dmarc': ''}, 10, ['_dmarc.example.com'], [
        ('change-dmarc-gone', 'the DMARC record was removed')]),
    ('no DMARC record, and the policy was reject', {'dmarc': ''}, 10, ['_dmarc.example.com'], [
        ('change-dmarc-gone', 'the DMARC record was removed'), ('change-dmarc-policy', 'by RFC 7489 the policy is none, and was '
         'reject: unauthenticated mail gets accept here, and got reject'), ('change-dmarc-policy', 'by RFC 9989')]),
    ('strict', {'dmarc': DMARC + '; aspf=s; adkim=s'}, 10, ['_dmarc.example.com'], [
        ('change-dmarc-alignment', 'SPF now counts only for exactly'), ('change-dmarc-alignment', 'DKIM now counts only for exactly')]),
    ('no reports', {'dmarc': 'v=DMARC1; p=none'}, 10, ['_dmarc.example.com'], [('change-dmarc-reports', 'rua was removed')]),
    ('tags that do nothing', {'dmarc': DMARC + '; x=y'}, 10, ['_dmarc.example.com'], []),
    ('an include is gone', {'spf': SPF.replace(' include:spf.example.net', '')}, 10, ['example.com'], [
        ('change-spf-lost', '198.51.100.0/24 was allowed by ip4:198.51.100.0/24 of spf.example.net and no longer is'),
        ('change-spf-lost', '2001:db8:1::/48 was allowed'),
        ('change-spf-term', 'include:spf.example.net is gone from the record')]),
    ('an included record changed', {'included': INCLUDED.replace('100.0/24', '100.0/25')}, 10, ['spf.example.net'], [
        ('change-spf-lost', 'a part of 198.51.100.0/24 was allowed')]),
    ('an included record lets in more', {'included': INCLUDED.replace('198.51.100.0/24', '198.51.100.0/23')}, 10,
     ['spf.example.net'], [('change-spf-gained', '198.51.100.0/23 is now allowed by ip4:198.51.100.0/23 of spf.example.net')]),
    ('the same addresses written otherwise', {'spf': SPF.replace('192.0.2.0/28', '192.0.2.0/29 ip4:192.0.2.8/29')}, 10,
     ['example.com'], [('change-spf-term', 'ip4:192.0.2.0/28 is gone'), ('change-spf-term', 'ip4:192.0.2.0/29 is new'),
                       ('change-spf-term', 'ip4:192.0.2.8/29 is new')]),
    ('softer', {'spf': SPF.replace('-all', '~all')}, 10, ['example.com'], [
        ('change-spf-others', 'the SPF result for all others is softfail, and was fail'), ('change-spf-term', '-all is gone'),
        ('change-spf-term', '~all is new')]),
    ('no SPF record', {'spf': ''}, 10, ['example.com'], [
        ('change-spf-gone', 'no longer a usable SPF record'), ('change-spf-lost', '192.0.2.0/28'),
        ('change-spf-lost', '198.51.100.0/24'), ('change-spf-lost', '2001:db8:1::/48'), ('change-spf-term', ''),
        ('change-spf-term', ''), ('change-spf-term', '')]),
    ('a key is gone', {'s1': ''}, 10, ['s1._domainkey.example.com'], [
        ('change-dkim-gone', 's1._domainkey.example.com no longer has a usable key')]),
    ('a key is revoked', {'s1': 'v=DKIM1; p='}, 10, ['s1._domainkey.example.com'], [('change-dkim-gone', 's1.')]),
    ('another key', {'s1': ED}, 10, ['s1._domainkey.example.com'], [('change-dkim-other', 'has another key')]),
    ('the same key, tested', {'ed': ED + '; t=y'}, 10, ['ed._domainkey.example.com'], [('change-dkim-tags', 'the same key')]),
    ('another MX', {'mx': '10 b.example.com.'}, 10, ['example.com'], [
        ('change-mx-gone', 'mx.example.com no longer receives'), ('change-mx-new', 'b.example.com now receives')]),
    ('one MX more', {'mx': '10 mx.example.com.;20 b.example.com.'}, 10, ['example.com'], [('change-mx-new', 'b.example.com now receives')]),
    ('another preference', {'mx': '5 mx.example.com.'}, 10, ['example.com'], []),
    ('a null MX', {'mx': '0 .'}, 10, ['example.com'], [('change-mx-gone', 'mx.example.com'), ('change-mx-new', 'null MX')]),
    ('DNS fails', {'more': ';!SERVFAIL example.com\n;!SERVFAIL _dmarc.example.com\n;!SERVFAIL s1._domainkey.example.com\n'},
     11, [], [('change-unknown', 'DMARC is not compared'), ('change-unknown', 'MX is not compared'),
              ('change-unknown', 'SPF is not compared'), ('change-unknown', 's1._domainkey.example.com is not compared')]),
)
