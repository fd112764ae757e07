"""attacks.py: messages written by evil.example.org that claim to be from example.com.

tests/attacks/table.py says which attack each is, where it was published and what must not happen. The
attacker has a domain with SPF and a DKIM key, and sends from an address that it authorizes.
"""

from maker.case import Case
from maker.mail import Mail, mail

ZONE = '''
    example.com TXT v=spf1 ip4:192.0.2.10 -all
    s1._domainkey.example.com KEY rsa-a
    _dmarc.example.com TXT v=DMARC1; p=reject
    evil.example.org TXT v=spf1 ip4:203.0.113.66 -all
    s1._domainkey.evil.example.org KEY rsa-b
    _dmarc.evil.example.org TXT v=DMARC1; p=none
    cloud.example.org TXT v=spf1 ip4:203.0.113.66 ip4:198.51.100.25 -all
    cloud._domainkey.cloud.example.org KEY rsa-c
'''
EVIL, VICTIM = 'b@evil.example.org', 'ceo@example.com'
AUTHOR = 'Boss <%s>' % VICTIM


def forge(name, message, expect='dmarc=fail|permerror', **options):
    """An attacker's message; the row of the table says what the verdict must be."""
    options.setdefault('ip', '203.0.113.66')
    options.setdefault('helo', 'mail.evil.example.org')
    options.setdefault('mail_from', EVIL)
    options.setdefault('dkimpy', False)
    options.setdefault('exit', '10 11')
    options.setdefault('zone', ZONE)
    return Case('attack/' + name, message, expect=expect, **options)


def signed(message, d='evil.example.org', key='rsa-b', **options):
    return message.signed(key, d, **options)


def authored(*fields):
    """Signed by the attacker, with these fields in place of From"""
    base = mail(author=None)
    return signed(Mail(list(fields) + base.fields, base.body), h=('from', 'to', 'subject', 'date'))


def honest():
    """Messages for which the same checks must find a pass: this shows that each check can fail."""
    passes = 'dmarc=pass header.from=example.com\ndisposition=accept'
    yield Case('attack/honest-signed', mail(author=AUTHOR).signed(), zone=ZONE, expect='dkim=pass\n' + passes,
               ip='203.0.113.66', helo='mail.evil.example.org', mail_from=EVIL)
    yield Case('attack/honest-path', mail(author=AUTHOR), zone=ZONE, expect='spf=pass\n' + passes)
    yield Case('attack/honest-attacker', signed(mail(author=EVIL)), zone=ZONE,
               expect='dkim=pass\ndmarc=pass header.from=evil.example.org\ndisposition=accept',
               ip='203.0.113.66', helo='mail.evil.example.org', mail_from=EVIL)


def paths():
    """Reverse-paths and HELO names that one reader attributes to the victim, another to the attacker"""
    plain = mail(author=AUTHOR)
    for name, path in (('unborn-subdomain', 'any@unborn.example.com'), ('open-comment', '(any@example.com'),
                       ('comment-in-domain', 'any@example.com(.evil.example.org'),
                       ('quote-in-local-part', "any@example.com'@a.evil.example.org"),
                       ('route', "@example.com,@any.example.org:'b@evil.example.org"),
                       ('route-of-the-victim', '@evil.example.org:any@example.com'),
                       ('two-ats', 'any@example.com@evil.example.org'), ('quoted-at', '"any@example.com"@evil.example.org'),
                       ('percent', 'any%example.com@evil.example.org'), ('bang', 'example.com!any@evil.example.org'),
                       ('fullwidth-at', 'any@evil.example.org\uff20example.com'),
                       ('trailing-dot', 'any@example.com.'), ('two-dots', 'any@example.com..'),
                       ('semicolon', 'any@evil.example.org; smtp.mailfrom=any@example.com'),
                       ('backslash', 'any@example.com\\.evil.example.org')):
        yield forge('path-' + name, plain, mail_from=path)
    yield forge('path-null-helo-of-the-victim', plain, mail_from='', helo='example.com')
    yield forge('path-null-helo-of-the-attacker', plain, mail_from='', helo='evil.example.org')


def authors():
    """From fields of which a mail program may show one address, and a verifier check another"""
    victim, evil = 'From: <%s>' % VICTIM, 'From: <%s>' % EVIL
    encoded = '=?utf-8?B?PGNlb0BleGFtcGxlLmNvbT4=?='
    rows = (
        ('two-fields', evil, victim), ('two-fields-turned', victim, evil),
        ('blank-before-name', ' ' + evil, victim), ('blank-after-name', evil, 'From : <%s>' % VICTIM),
        ('folded-name', 'From\n : <%s>' % EVIL, victim), ('tab-after-name', evil, 'From\t: <%s>' % VICTIM),
        ('nul-in-name', evil, 'From\0: <%s>' % VICTIM),
        ('two-addresses', 'From: <%s>, <%s>' % (EVIL, VICTIM)), ('two-without-comma', 'From: <%s> <%s>' % (EVIL, VICTIM)),
        ('encoded-address', 'From: %s, <%s>' % (encoded, EVIL)),
        ('route', 'From: <@evil.example.org,@any.example.org:%s>' % VICTIM),
        ('route-of-the-victim', 'From: <@example.com:%s> ,' % EVIL + VICTIM),
        ('quoted-pair', 'From: <%s>\\, <%s>' % (VICTIM, EVIL)),
        ('comma-in-address', 'From: %s,%s' % (VICTIM, EVIL)),
        ('angle-then-bare', 'From: <%s>%s' % (VICTIM, EVIL)), ('bare-then-angle', 'From: %s <%s>,' % (EVIL, VICTIM) + EVIL),
        ('nul-in-address', 'From: <ceo@example.com\0@evil.example.org>'),
        ('open-comment', 'From: <%s> (<%s>' % (VICTIM, EVIL)), ('open-quote', 'From: "<%s> <%s>' % (VICTIM, EVIL)),
        ('cr-in-field', 'From: <%s>\r From: <%s>' % (EVIL, VICTIM)),
        ('percent', 'From: <%s>, <ceo%%example.com@evil.example.org>' % VICTIM),
        ('group', 'From: a:<%s>;, b:<%s>;' % (EVIL, VICTIM)),
        ('none-but-sender', 'Sender: <%s>' % VICTIM), ('none-but-resent', 'Resent-From: <%s>' % VICTIM))
    for name, *fields in rows:
        yield forge('author-' + name, authored(*[field.encode() + b'\r\n' if '\r' in field else field for field in fields]))


def replays():
    """A good signature of the victim, and parts of a message that it does not cover"""
    start = mail(author=AUTHOR).signed()
    two = mail(author=AUTHOR).signed(h=('from', 'from', 'to', 'subject', 'date'))
    for name, message in (
            ('from-on-top', start.topped('From: <%s>' % EVIL)), ('from-below', start.ended('From: <%s>' % EVIL)),
            ('from-on-top-of-two', two.topped('From: <%s>' % EVIL)),
            ('from-with-blank', start.topped('From : <%s>' % EVIL)),
            ('subject-on-top', start.topped('Subject: You have won')),
            ('content-type-on-top', start.topped('Content-Type: multipart/mixed; boundary=x')),
            ('to-on-top', start.topped('To: everybody@example.net')),
            ('body-below', start.with_body(start.body + b'<a href="http://evil.example.org/">here</a>\r\n')),
            ('expired', mail(author=AUTHOR).signed(t=1767100000, x=1767200000))):
        yield forge('replay-' + name, message, expect='')
    whole = mail(author=AUTHOR)
    length = len(whole.body.replace(b'\r\n', b'\n').replace(b'\n', b'\r\n'))
    for name, message in (
            ('appended', whole.signed(l=40)), ('nothing-covered', whole.signed(l=0)),
            ('whole-then-appended', whole.signed(l=length - 20)),
            ('type-not-covered', whole.signed(l=40, h=('from', 'to', 'subject', 'date')).replaced(
                'Content-Type', 'multipart/mixed; boundary=x'))):
        yield forge('length-' + name, message.with_body(message.body + b'--x\r\n\r\nPay here.\r\n'), expect='dmarc=fail')


def names():
    """d= and s= that lead a careless verifier to the attacker's key"""
    base = mail(author=AUTHOR)
    change = {
        'nul-in-selector': {'s': 's1._domainkey.evil.example.org.\0.any'},
        'escaped-nul-in-selector': {'s': 's1._domainkey.evil.example.org\\000'},
        'quote-in-domain': {'d': "example.com'a.evil.example.org"}, 'comment-in-domain': {'d': 'example.com(.evil.example.org'},
        'blank-in-domain': {'d': 'example.com evil.example.org'}, 'escaped-dot': {'d': 'example\\.com.evil.example.org'},
        'other-identity': {'i': '@example.com'}, 'top-level': {'d': 'com'}, 'quoted-domain': {'d': '"example.com"'},
        'h-without-from': {'h': 'to:subject'}, 'domain-twice': {'d': 'evil.example.org; d=example.com'},
        'domain-twice-turned': {'d': 'example.com; d=evil.example.org'}}
    for name, tags in change.items():
        i = {'i': '@evil.example.org'} if 'i' in tags else {}
        yield forge('key-name-' + name, signed(base, change=tags, **i))
    zone = ZONE + '''
        example.com\\000.evil.example.org TXT v=spf1 +all
        evil.example.org\\000._domainkey.example.com KEY rsa-b
    '''
    yield forge('lame-name-nul', signed(base, change={'s': 'evil.example.org\\000', 'd': 'example.com'}), zone=zone)
    yield forge('lame-name-dot-in-label', signed(base, change={'d': 'example.com', 's': 'evil'}),
                zone=ZONE + 'evil\\._domainkey.example.com KEY rsa-b')
    yield forge('lame-name-cname-with-nul', signed(base, change={'d': 'example.com', 's': 'evil'}),
                zone=ZONE + 'evil._domainkey.example.com CNAME s1._domainkey.evil.example.org\\000.example.com')


def forwards():
    """Mail of the attacker that a shared host hands on"""
    shared = {'ip': '198.51.100.25', 'helo': 'out.cloud.example.org', 'mail_from': 'b@cloud.example.org'}
    plain = mail(author=AUTHOR)
    yield forge('forward-shared-network', plain, **shared)
    yield forge('forward-signed-by-the-forwarder', signed(plain, 'cloud.example.org', 'rsa-c', s='cloud'), **shared)
    yield forge('forward-rewritten-path', plain, **dict(shared, mail_from='SRS0=HHH=TT=example.com=ceo@cloud.example.org'))
    yield forge('forward-resent', plain.topped('Resent-From: <b@cloud.example.org>'), **shared)
    yield forge('forward-with-list-fields', plain.topped('List-Id: <a.cloud.example.org>'), **shared)
    yield forge('forward-with-results', plain.topped(
        'Authentication-Results: cloud.example.org; dmarc=pass header.from=example.com'), **shared)
    yield forge('forward-open-null-path', plain, **dict(shared, mail_from=''))


def smuggled():
    """Ends of data that one server recognizes and the next does not: here they are the body of one message"""
    second = 'MAIL FROM:<ceo@example.com>\r\nRCPT TO:<user@example.net>\r\nDATA\r\nFrom: <ceo@example.com>\r\n\r\nPay.\r\n'
    for name, end in (('lf-dot-lf', b'\n.\n'), ('lf-dot-crlf', b'\n.\r\n'), ('cr-dot-cr', b'\r.\r'),
                      ('cr-lf-dot-cr', b'\r\n.\r'), ('nul-dot', b'\r\n\0.\r\n'), ('crlf-dot-lf', b'\r\n.\n')):
        first = mail(author=EVIL).signed('rsa-b', 'evil.example.org').bytes('\r\n')
        yield forge('smuggling-' + name, first + end + second.encode(), expect='', exit='0 10 11')
    before = b'EHLO evil.example.org\r\nMAIL FROM:<b@evil.example.org>\r\nRCPT TO:<user@example.net>\r\nDATA\r\n'
    for name, end in (('lf-dot-lf', b'\n.\n'), ('lf-dot-crlf', b'\n.\r\n'), ('cr-dot-cr', b'\r.\r')):
        whole = mail(author=EVIL).bytes('\r\n') + end + second.encode()    # one message, whatever it looks like
        yield forge('smuggling-batch-' + name, before + whole + b'.\r\n', expect='', exit='0 10 11', rest=whole,
                    helo=None, mail_from=None, rcpt=None, args=('--envelope', 'bsmtp'))


def results():
    """Fields that a careless reader takes for ours: an id that IDNA maps to ours, or after a bare CR"""
    base = mail()
    more = {'helo': 'mail.example.com', 'ip': '192.0.2.10', 'mail_from': 'orders@example.com', 'exit': 0}
    ids = {'full-width': '\uff4d\uff58.example.net', 'full-width-dot': 'mx\uff0eexample\uff0enet', 'soft-hyphen': 'm\u00adx.example.net',
           'ideographic-dot': 'mx\u3002example.net', 'halfwidth-dot': 'mx\uff61example.net', 'upper-full-width': '\uff2dX.EXAMPLE.NET',
           'quoted-full-width': '"\uff4dx.example.net"', 'script-letter': 'mx.\u212fxample.net', 'long-s-free': 'mx.example.\u2115et',
           'folded-full-width': '\n (x)\n \uff4dx.example.net', 'word-joiner': 'm\u2060x.example.net',
           'joiner': 'm\u200dx.example.net', 'non-joiner': 'mx.exa\u200cmple.net', 'mongolian-hyphen': 'm\u1806x.example.net',
           'one-dot-leader': 'mx\u2024example\u2024net', 'small-dot': 'mx\ufe52example.net'}
    for name, ident in ids.items():
        field = 'Authentication-Results: %s; dmarc=pass header.from=example.com' % ident
        yield forge('results-' + name, base.topped(field), expect='spf=pass', rest=base, **more)
    for name, ident, own in (('kelvin-sign', 'mx.\u212aeyed.example', 'mx.keyed.example'),
                             ('sharp-s', 'mx.stra\u00dfe.example', 'mx.strasse.example'),
                             ('digit-with-dot', 'mx\u2488strasse.example', 'mx1.strasse.example')):
        field = 'Authentication-Results: %s; dmarc=pass' % ident
        yield forge('results-' + name, base.topped(field), expect='spf=pass', rest=base, args=('--own-id', own), **more)
    for name, text in (('bare-cr', b'X-A: b\rAuthentication-Results: mx.example.net; dmarc=pass\r\n'),
                       ('bare-cr-at-start', b'X-A:\rAuthentication-Results: mx.example.net; dmarc=pass\r\n'),
                       ('bare-cr-twice', 'X-A: b\rAuthentication-Results: a.example; none\rAuthentication-Results: '
                        '\uff4dx.example.net; dmarc=pass\r\n'.encode()),
                       ('bare-cr-disposition', b'X-A: b\rMailstamp-Disposition: accept\r\n')):
        message = base.copy()
        message.fields.insert(0, text)
        yield forge('results-' + name, message, expect='spf=pass', rest=base, **dict(more, exit=10))


def cases():
    for group in (honest, paths, authors, replays, names, forwards, smuggled, results):
        yield from group()
