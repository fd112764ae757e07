"""dmarc_policy.py: which record applies and what it says (RFC 9989 4.5 to 4.10).

Unless a row says otherwise nothing is authenticated, so that the applied policy shows.
"""

from maker.case import Case
from maker.mail import mail

SPOOF = {'ip': '203.0.113.99', 'helo': 'bulk.example.org', 'mail_from': 'b@example.org'}
STATUS = {'none': ('accept', 0), 'quarantine': ('quarantine', 10), 'reject': ('reject', 11)}


def row(name, zone, result, author='example.com', **options):
    """result: the policy applied to a failing message, or `none`, `permerror`... as dmarc="""
    if result in ('no record', 'permerror', 'none|permerror', 'temperror'):
        word = 'none' if result == 'no record' else result
        policy, disposition, status = '', 'accept', 0
    else:
        word, policy = 'fail', ' policy.dmarc=' + result.split()[-1]
        disposition, status = STATUS[result.split()[-1]]
    if not zone.startswith(('_', '!')) and '\n' not in zone:
        zone = '_dmarc.example.com TXT ' + zone
    return Case('dmarc/' + name, zone=zone, message=mail(
                author='Orders <orders@%s>' % author), exit=status, expect='''
                spf=none smtp.mailfrom=b@example.org
                dkim=none
                dmarc=%s header.from=%s%s
                disposition=%s''' % (word, author, policy, disposition),
                **dict(SPOOF, **options))


def syntax():
    """One record at example.com: its text -> the policy that it means."""
    for name, text, result in (
            ('p-none', 'v=DMARC1; p=none', 'none'),
            ('p-quarantine', 'v=DMARC1; p=quarantine', 'quarantine'),
            ('p-reject', 'v=DMARC1; p=reject', 'reject'),
            ('no-blanks', 'v=DMARC1;p=reject;', 'reject'),
            ('many-blanks', 'v = DMARC1 ;  p =  reject ;', 'reject'),
            ('tab', 'v=DMARC1;\tp=reject', 'reject'),
            ('values-case', 'v=DMARC1; p=ReJect', 'reject'),
            ('p-last', 'v=DMARC1; rua=mailto:d@example.com; p=reject', 'reject'),
            ('version-case', 'v=dmarc1; p=reject', 'no record'),
            ('version-2', 'v=DMARC2; p=reject', 'no record'),
            ('version-glued', 'v=DMARC1p=reject', 'no record'),
            ('version-not-first', 'p=reject; v=DMARC1', 'no record'),
            ('unknown-tag', 'v=DMARC1; p=reject; zz=1', 'reject'),
            ('empty-element', 'v=DMARC1;; p=reject', 'reject'),
            ('bad-alignment-tags', 'v=DMARC1; p=reject; adkim=x; aspf=y', 'reject'),
            ('bad-t', 'v=DMARC1; p=reject; t=maybe', 'reject'),
            ('bad-psd', 'v=DMARC1; p=reject; psd=maybe', 'reject'),
            ('bad-rua', 'v=DMARC1; p=reject; rua=nowhere', 'reject'),
            ('historic-tags', 'v=DMARC1; p=reject; pct=10; rf=afrf; ri=3600', 'reject'),
            ('p-missing-with-rua', 'v=DMARC1; rua=mailto:d@example.com', 'none'),
            ('p-bad-with-rua', 'v=DMARC1; p=junk; rua=mailto:d@example.com', 'none'),
            ('p-empty-with-rua', 'v=DMARC1; p=; rua=mailto:d@example.com', 'none'),
            ('sp-bad-with-rua', 'v=DMARC1; p=reject; sp=junk; rua=mailto:d@example.com', 'none'),
            ('np-bad-with-rua', 'v=DMARC1; p=reject; np=junk; rua=mailto:d@example.com', 'none'),
            ('p-missing', 'v=DMARC1; adkim=s', 'none|permerror'),
            ('p-bad', 'v=DMARC1; p=junk', 'none|permerror'),
            ('p-bad-with-bad-rua', 'v=DMARC1; p=junk; rua=nowhere', 'none|permerror'),
            ('sp-bad', 'v=DMARC1; p=reject; sp=junk', 'none|permerror'),
            ('p-twice', 'v=DMARC1; p=reject; p=none', 'reject')):
        yield row('record-' + name, text, result)
    yield row('record-strings-joined', '_dmarc.example.com TXT2 v=DMARC1; p=re|ject', 'reject')
    yield row('record-beside-other-text', '_dmarc.example.com TXT hello\n'
              '_dmarc.example.com TXT v=DMARC1; p=reject', 'reject')
    yield row('record-twice', '_dmarc.example.com TXT v=DMARC1; p=reject\n'
              '_dmarc.example.com TXT v=DMARC1; p=none', 'no record')
    yield row('record-by-cname', '_dmarc.example.com CNAME d.example.org\n'
              'd.example.org TXT v=DMARC1; p=reject', 'reject')
    yield row('record-not-at-the-domain-itself', 'example.com TXT v=DMARC1; p=reject\n',
              'no record')
    yield row('record-none', 'example.com A 192.0.2.1\n', 'no record')


def test_mode():
    for p, applied in (('none', 'none'), ('quarantine', 'none'), ('reject', 'quarantine')):
        yield row('test-mode-' + p, 'v=DMARC1; p=%s; t=y' % p, applied)
    yield row('test-mode-off', 'v=DMARC1; p=reject; t=n', 'reject')
    yield row('test-mode-letter-case', 'v=DMARC1; p=reject; t=Y', 'quarantine')
    yield row('test-mode-sp', '_dmarc.example.com TXT v=DMARC1; p=none; sp=reject; t=y\n'
              'a.example.com A 192.0.2.1', 'quarantine', author='a.example.com')


def subdomains():
    org = '_dmarc.example.com TXT v=DMARC1; p=%s\n'
    there = 'a.example.com A 192.0.2.1\n'

    def sub(name, tags, more, applied, author='a.example.com'):
        return row('sub-' + name, org % tags + more, applied, author=author)

    yield sub('p', 'reject', there, 'reject')
    yield sub('sp', 'reject; sp=none', there, 'none')
    yield sub('sp-stronger', 'none; sp=reject', there, 'reject')
    yield sub('sp-not-for-itself', 'quarantine; sp=reject', there, 'quarantine',
              author='example.com')
    yield sub('np-not-for-existing', 'none; sp=quarantine; np=reject', there, 'quarantine')
    yield sub('np', 'none; sp=quarantine; np=reject', '', 'reject')
    yield sub('np-falls-to-sp', 'none; sp=quarantine', '', 'quarantine')
    yield sub('np-falls-to-p', 'reject', '', 'reject')
    yield sub('np-nodata-exists', 'none; np=reject', 'a.example.com TXT x\n', 'none')
    yield sub('np-empty-non-terminal-exists', 'none; np=reject', 'b.a.example.com TXT x\n', 'none')
    yield sub('np-failed-question-counts-as-existing', 'none; np=reject',
              '!SERVFAIL a.example.com\n', 'none')
    yield sub('np-weaker', 'reject; np=none', '', 'none')
    yield sub('own-record-first', 'reject; sp=reject',
              there + '_dmarc.a.example.com TXT v=DMARC1; p=quarantine', 'quarantine')
    yield sub('own-record-unusable-no-way-up', 'reject',
              there + '_dmarc.a.example.com TXT v=DMARC1; p=junk', 'none|permerror')
    yield sub('own-record-twice-goes-up', 'reject', there +
              '_dmarc.a.example.com TXT v=DMARC1; p=none\n'
              '_dmarc.a.example.com TXT v=DMARC1; p=quarantine', 'reject')


def walk():
    """The tree walk: who is the organizational domain, whose policy applies."""
    deep = 'a.b.c.d.e.f.g.example.com'   # 9 labels
    yield row('walk-between-is-not-policy', '_dmarc.example.com TXT v=DMARC1; p=reject\n'
              '_dmarc.b.example.com TXT v=DMARC1; p=none\na.b.example.com A 192.0.2.1',
              'reject', author='a.b.example.com')
    yield row('walk-psd-n-ends-it', '_dmarc.example.com TXT v=DMARC1; p=reject\n'
              '_dmarc.b.example.com TXT v=DMARC1; p=none; psd=n\na.b.example.com A 192.0.2.1',
              'none', author='a.b.example.com')
    yield row('walk-psd-y-one-below', '_dmarc.com TXT v=DMARC1; p=reject; psd=y\n'
              '_dmarc.example.com TXT v=DMARC1; p=quarantine\na.example.com A 192.0.2.1',
              'quarantine', author='a.example.com')
    yield row('walk-psd-only', '_dmarc.com TXT v=DMARC1; p=none; sp=quarantine; psd=y\n'
              'a.example.com A 192.0.2.1', 'quarantine', author='a.example.com')
    yield row('walk-psd-np', '_dmarc.com TXT v=DMARC1; p=none; sp=none; np=reject; psd=y',
              'reject', author='a.example.com')
    yield row('walk-top-level-record-without-psd', '_dmarc.com TXT v=DMARC1; p=quarantine\n'
              'a.example.com A 192.0.2.1', 'quarantine', author='a.example.com')
    yield row('walk-8-labels', '_dmarc.example.com TXT v=DMARC1; p=reject\n'
              'b.c.d.e.f.g.example.com A 192.0.2.1', 'reject', author='b.c.d.e.f.g.example.com')
    yield row('walk-9-labels', '_dmarc.example.com TXT v=DMARC1; p=reject\n%s A 192.0.2.1' % deep,
              'reject', author=deep)
    yield row('walk-9-labels-own-record', '_dmarc.%s TXT v=DMARC1; p=quarantine\n'
              '_dmarc.example.com TXT v=DMARC1; p=reject' % deep, 'quarantine', author=deep)
    yield row('walk-skipped-level', '_dmarc.b.c.d.e.f.g.example.com TXT v=DMARC1; p=reject; psd=n\n'
              '_dmarc.example.com TXT v=DMARC1; p=quarantine\n%s A 192.0.2.1' % deep,
              'quarantine', author=deep)
    yield row('walk-one-label', '_dmarc.localhost TXT v=DMARC1; p=reject', 'reject',
              author='localhost')


def trouble():
    yield row('dns-policy-servfail', '!SERVFAIL _dmarc.example.com TXT', 'temperror')
    yield row('dns-policy-timeout', '!TIMEOUT _dmarc.example.com TXT', 'temperror')
    yield row('dns-policy-of-parent-timeout', 'a.example.com A 192.0.2.1\n'
              '!TIMEOUT _dmarc.example.com TXT', 'temperror', author='a.example.com')
    case = row('dns-policy-timeout-tempfail-on-dmarc', '!TIMEOUT _dmarc.example.com TXT',
               'temperror', args=('--tempfail-on', 'dmarc'))
    case.expect, case.exit = 'disposition=tempfail\nstdout empty', 75
    yield case


def cases():
    for group in (syntax, test_mode, subdomains, walk, trouble):
        yield from group()
