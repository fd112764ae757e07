"""dmarc_align.py: which identifiers are in alignment, who the author is, and what an
indirect flow looks like (RFC 9989 4.4, 7.4; PROGRAM.md 5)."""

from maker.case import Case
from maker.mail import NOW, Mail, mail

OWNER = '''
    example.com TXT v=spf1 ip4:192.0.2.10 -all
    mail.example.com TXT v=spf1 ip4:192.0.2.10 -all
    example.org TXT v=spf1 ip4:192.0.2.10 -all
    s1._domainkey.example.com KEY rsa-a
    s1._domainkey.mail.example.com KEY rsa-a
    s1._domainkey.example.org KEY rsa-a
    _dmarc.example.com TXT v=DMARC1; p=reject%s
'''


def row(name, expect, tags='', disposition='accept', zone=None, **options):
    options.setdefault('message', mail())
    options.setdefault('exit', {'accept': 0, 'quarantine': 10, 'reject': 11}[disposition])
    return Case('dmarc/' + name, zone=OWNER % tags if zone is None else zone,
                expect=expect + '\ndisposition=' + disposition, **options)


PASS = 'dmarc=pass header.from=example.com policy.dmarc=reject'
FAIL = 'dmarc=fail header.from=example.com policy.dmarc=reject'


def alignment():
    for tag, result in (('', PASS), ('; aspf=s', FAIL), ('; adkim=s', PASS)):
        yield row('align-spf-subdomain' + tag.replace('; ', '-').replace('=', '-'),
                  'spf=pass\ndkim=none\n' + result, tag, 'accept' if result == PASS else 'reject',
                  mail_from='b@mail.example.com')
    away = {'ip': '203.0.113.9'}
    below = mail().signed(d='mail.example.com')
    for tag, result in (('', PASS), ('; adkim=s', FAIL), ('; aspf=s', PASS)):
        yield row('align-dkim-subdomain' + tag.replace('; ', '-').replace('=', '-'),
                  'spf=fail\ndkim=pass header.d=mail.example.com\n' + result, tag,
                  'accept' if result == PASS else 'reject', message=below, **away)
    yield row('align-strict-equal', 'spf=pass\ndkim=none\n' + PASS, '; aspf=s; adkim=s')
    yield row('align-strict-letter-case', 'spf=pass\ndkim=none\n' + PASS, '; aspf=s',
              mail_from='b@EXAMPLE.com')
    yield row('align-strict-dkim-equal', 'spf=fail\ndkim=pass\n' + PASS, '; adkim=s',
              message=mail().signed(), **away)
    yield row('align-other-domain', 'spf=pass smtp.mailfrom=b@example.org\ndkim=pass '
              'header.d=example.org\n' + FAIL, '', 'reject', mail_from='b@example.org',
              message=mail().signed(d='example.org'))
    yield row('align-i-does-not-count', 'spf=pass\ndkim=pass header.d=example.org\n' + FAIL, '',
              'reject', mail_from='b@example.org', message=mail().signed(
                  d='example.org', i='@sub.example.org'))
    yield row('align-helo-of-null-path', 'spf=pass smtp.helo=mail.example.com\ndkim=none\n' + PASS,
              mail_from='')
    yield row('align-helo-not-beside-a-path', 'spf=pass smtp.mailfrom=b@example.org\ndkim=none\n' +
              FAIL, '', 'reject', mail_from='b@example.org')
    yield row('align-second-signature', 'spf=fail\ndkim=pass header.d=example.org\n'
              'dkim=pass header.d=example.com\n' + PASS,
              message=mail().signed().signed(d='example.org'), **away)
    for word, term in (('softfail', '~all'), ('neutral', '?all')):
        yield row('align-spf-%s-is-no-pass' % word, 'spf=%s\ndkim=none\n' % word + FAIL, '',
                  'reject', zone=OWNER.replace('-all', term) % '', **away)
    yield row('align-spf-permerror-is-no-pass', 'spf=permerror\ndkim=none\n' + FAIL, '', 'reject',
              zone=OWNER.replace('-all', 'bogus') % '')
    l_signed = mail().signed(l=10)
    yield row('align-dkim-policy-is-no-pass', 'spf=fail\ndkim=policy\n' + FAIL, '', 'quarantine',
              message=l_signed, **away)
    yield row('align-dkim-l-allowed', 'spf=fail\ndkim=pass\n' + PASS, message=l_signed,
              args=('--dkim-l', 'allow'), **away)
    idn = 'xn--r8jz45g.example'
    zone = '_dmarc.%s TXT v=DMARC1; p=reject\n%s TXT v=spf1 ip4:192.0.2.10 -all' % (idn, idn)
    yield row('align-u-label-author', 'spf=pass\ndkim=none\n'
              'dmarc=pass header.from=%s policy.dmarc=reject' % idn, zone=zone,
              message=mail(author='orders@例え.example'), mail_from='orders@' + idn)
    yield row('align-u-label-envelope', 'spf=pass\ndkim=none\n'
              'dmarc=pass header.from=%s policy.dmarc=reject' % idn, zone=zone,
              message=mail(author='orders@' + idn), mail_from='受注@例え.example')


def indirect():
    """Indications of an indirect flow turn reject into quarantine; nothing turns it into accept."""
    away = {'ip': '203.0.113.9'}
    base = 'spf=fail\ndkim=none\n' + FAIL
    for name, field in (('list-id', 'List-Id: <club.lists.example.org>'),
                        ('list-post', 'List-Post: <mailto:club@lists.example.org>'),
                        ('resent', 'Resent-From: user@example.org'),
                        ('resent-message-id', 'Resent-Message-ID: <1@example.org>'),
                        ('arc-seal', 'ARC-Seal: i=1; a=rsa-sha256; cv=none; d=example.org; '
                         's=a; t=1767225000; b=AAAA')):
        yield row('indirect-' + name, base, '', 'quarantine', message=mail().topped(field), **away)
    spoilt = mail().signed().with_body('other\n')
    yield row('indirect-broken-aligned-signature', 'spf=fail\ndkim=fail\n' + FAIL, '',
              'quarantine', message=spoilt, **away)
    yield row('indirect-broken-signature-of-another', 'spf=fail\ndkim=fail\n' + FAIL, '', 'reject',
              message=mail().signed(d='example.org').with_body('other\n'), **away)
    no_key = mail().signed(s='gone')
    yield row('indirect-signature-without-key', 'spf=fail\ndkim=permerror\n' + FAIL, '', 'reject',
              message=no_key, **away)
    yield row('indirect-expired-broken-signature', 'spf=fail\ndkim=fail\n' + FAIL, '', 'quarantine',
              message=mail().signed(t=1767000000, x=1767100000).with_body('other\n'), **away)
    sign = 'not rejected because of an aligned signature that verifies but is not accepted'
    for name, message in (('expired', mail().signed(t=1767000000, x=1767100000)),
                          ('in-the-future', mail().signed(t=NOW + 3601)),
                          ('part-of-the-body', mail().signed(l=10)),
                          ('doubled-field', mail().signed().topped('Subject: another'))):
        yield row('refused-' + name, 'spf=fail\ndkim=policy\n' + FAIL + '\nreason dmarc: ' + sign, '',
                  'quarantine', message=message, explain=(
                      'a signature of the author domain verifies but is not accepted',
                      'It is not rejected because of an aligned signature that verifies'), **away)
        yield row('refused-%s-published' % name, 'spf=fail\ndkim=policy\n' + FAIL, '', 'reject',
                  message=message, args=('--reject-on', 'published'), **away)
    yield row('refused-of-another', 'spf=fail\ndkim=policy\n' + FAIL, '', 'reject',
              message=mail().signed(d='example.org', l=10), **away)
    yield row('refused-names-the-field', 'spf=fail\ndkim=policy\n' + FAIL +
              '\nreason dkim: single-instance field: Subject', '', 'quarantine',
              message=mail().signed().topped('Subject: another'),
              explain=('single-instance field: Subject',), **away)
    yield row('indirect-malformed-signature', 'spf=fail\ndkim=permerror\n' + FAIL, '', 'reject',
              message=mail().signed(change={'v': '2'}), **away)
    listed = mail().topped('List-Id: <club.lists.example.org>')
    yield row('reject-on-published-with-sign', base, '', 'reject', message=listed,
              args=('--reject-on', 'published'), **away)
    yield row('reject-on-direct-without-sign', base, '', 'reject',
              args=('--reject-on', 'direct'), **away)
    yield row('reject-on-never', base, '', 'quarantine', args=('--reject-on', 'never'), **away)
    yield row('reject-on-never-p-none', base.replace('=reject', '=none'), '', 'accept',
              zone=(OWNER % '').replace('p=reject', 'p=none'), args=('--reject-on', 'never'),
              **away)


def authors():
    """Ambiguous authors never earn a pass, whatever else passes."""
    def odd(name, message, **options):
        choice = options.pop('ambiguous', None)
        disposition = choice or 'quarantine'
        args = ('--ambiguous', choice) if choice else ()
        reason = ['reason dmarc: ' + each for each in options.pop('reason', ())]
        return row('author-' + name, '\n'.join(['spf=pass', 'dkim=none', 'dmarc=permerror'] + reason), '', disposition,
                   message=message, args=args, **options)

    yield odd('missing', mail(author=None))
    for choice in ('accept', 'quarantine', 'reject'):
        yield odd('missing-' + choice, mail(author=None), ambiguous=choice)
    yield odd('two-fields', mail().topped('From: evil@example.org'))
    yield odd('two-equal-fields', mail().topped('From: Order Desk <orders@example.com>'))
    yield odd('two-domains', mail(author='a@example.com, b@example.org'))
    yield odd('empty', mail(author=''))
    yield odd('no-address', mail(author='Order Desk'))
    yield odd('empty-group', mail(author='nobody:;'))
    yield odd('domain-literal', mail(author='orders@[192.0.2.10]'))
    yield odd('two-ats', mail(author='orders@example.org@example.com'))
    yield odd('unclosed-quote', mail(author='"Order Desk <orders@example.com>'))
    yield odd('address-then-angle', mail(author='evil@example.org <orders@example.com>'))
    yield odd('quoted-local-part', mail(author='"a@example.org"@example.com'),
              reason=['cannot be read'])
    yield odd('double-angle', mail(author='<evil@example.org> <orders@example.com>'))
    yield odd('nul', Mail([b'From: orders@example.com\0@example.org', 'Subject: x']))
    yield odd('nul-elsewhere-in-header', mail().topped(b'X-A: \0'))
    yield odd('bare-cr', Mail([b'From: orders@example.org\rFrom: orders@example.com',
                               'Subject: x']))
    yield odd('refused-u-label', mail(author='orders@a\u200b\u2028b.example'))

    def plain(name, author):
        return row('author-' + name, 'spf=pass\ndkim=none\n' + PASS, message=mail(author=author))

    yield plain('bare', 'orders@example.com')
    yield plain('quoted-name', '"Desk, Order" <orders@example.com>')
    yield plain('encoded-name', '=?UTF-8?B?5Y+X5rOo?= <orders@example.com>')
    yield plain('address-in-quoted-name', '"evil@example.org" <orders@example.com>')
    yield plain('comment', 'orders@example.com (Order Desk)')
    yield plain('comment-with-address', '(evil@example.org) <orders@example.com>')
    yield plain('group', 'Desk: orders@example.com;')
    yield plain('two-of-one-domain', 'a@example.com, b@example.com')
    yield plain('unclosed-angle', 'Order Desk <orders@example.com')
    yield plain('folded', 'Order Desk\n <orders@example.com>')
    yield plain('route', '<@relay.example.org:orders@example.com>')
    yield plain('eai-local-part', '受注 <受注@example.com>')
    yield plain('upper-case-domain', 'orders@EXAMPLE.Com')
    spaced = mail(author=None).topped('From : orders@example.com')
    yield row('author-blank-before-colon', 'spf=pass\ndkim=none\n' + PASS, message=spaced)


def cases():
    for group in (alignment, indirect, authors):
        yield from group()
