"""dkim_keys.py: the contents of key records (RFC 6376 3.6.1, RFC 8301, RFC 8463), and the DNS answers for
them."""

from maker.dkim_bad import BAD
from maker.dkim_good import row
from maker.keys import public
from maker.mail import mail

NAME = 's1._domainkey.example.com'
HERE = ' header.d=example.com header.s=s1'


def key(name, tags, result, **options):
    """The usual message with a good signature, under a key record of these tags."""
    message = options.pop('message', None) or mail().signed(**options.pop('sign', {}))
    return row('key-' + name, message, result + HERE, zone='%s KEY rsa-a %s' % (NAME, tags),
               dkimpy=False, **options)


def records():
    yield key('v-first', 'v=DKIM1', 'pass')
    yield key('v-wrong', 'v=DKIM2', 'permerror')
    yield key('v-letter-case', 'v=dkim1', 'permerror')
    yield key('v-not-first', 'k=rsa; v=DKIM1', 'pass')
    yield key('k-rsa', 'k=rsa', 'pass')
    yield key('k-unknown', 'v=DKIM1; k=dsa', 'permerror')
    yield key('k-ed25519-holds-rsa', 'v=DKIM1; k=ed25519', 'permerror')
    yield key('h-sha256', 'v=DKIM1; h=sha256', 'pass')
    yield key('h-sha1-and-sha256', 'v=DKIM1; h=sha1:sha256', 'pass')
    yield key('h-sha1', 'v=DKIM1; h=sha1', 'permerror')
    yield key('s-star', 'v=DKIM1; s=*', 'pass')
    yield key('s-email', 'v=DKIM1; s=email', 'pass')
    yield key('s-list', 'v=DKIM1; s=tlsrpt:email', 'pass')
    yield key('s-other', 'v=DKIM1; s=tlsrpt', 'permerror')
    yield key('t-s-same-domain', 'v=DKIM1; t=s', 'pass')
    yield key('t-s-i-same-domain', 'v=DKIM1; t=s', 'pass', sign={'i': 'x@example.com'})
    yield key('t-s-i-subdomain', 'v=DKIM1; t=s', BAD, sign={'i': '@news.example.com'})
    yield key('t-y-passes', 'v=DKIM1; t=y', 'pass')
    signed = mail().signed()
    yield key('t-y-fails', 'v=DKIM1; t=y', 'neutral', message=signed.with_body('other\n'))
    yield key('t-y-s-fails', 'v=DKIM1; t=y:s', 'neutral', message=signed.with_body('other\n'))
    yield key('t-unknown-flag', 'v=DKIM1; t=x', 'pass')
    yield key('n-notes', 'v=DKIM1; n=for=20tests', 'pass')
    yield key('g-obsolete', 'v=DKIM1; g=', 'pass')
    yield key('unknown-tag', 'v=DKIM1; zz=1', 'pass')
    yield key('tag-twice', 'v=DKIM1; k=rsa; k=rsa', 'permerror')

    def text(name, record, result, **options):
        return row('key-' + name, options.pop('message', None) or mail().signed(), result + HERE,
                   zone=NAME + ' ' + record, dkimpy=False, **options)

    p = public('rsa-a')
    yield text('only-p', 'TXT p=' + p, 'pass')
    yield text('revoked', 'TXT v=DKIM1; k=rsa; p=', BAD)
    yield text('without-p', 'TXT v=DKIM1; k=rsa', 'permerror')
    yield text('p-no-base64', 'TXT v=DKIM1; k=rsa; p=%%%', 'permerror')
    yield text('p-no-key', 'TXT v=DKIM1; k=rsa; p=AAAAAAAAAAAA', 'permerror')
    yield text('p-cut', 'TXT v=DKIM1; k=rsa; p=' + p[:200], 'permerror')
    yield text('p-with-blanks', 'TXT v=DKIM1; k=rsa; p=%s %s  %s' % (p[:90], p[90:91], p[91:]),
               'pass')
    yield text('semicolon-at-end', 'TXT v=DKIM1; k=rsa; p=%s;' % p, 'pass')
    yield text('in-three-strings', 'TXT2 v=DKIM1; k=r|sa; p=%s|%s' % (p[:200], p[200:]), 'pass')
    yield text('other-key', 'KEY rsa-b', 'fail')
    yield text('pkcs1', 'PKCS1 rsa-a', 'pass')
    yield text('no-key-record-there', 'TXT hello world', 'permerror')
    yield text('spf-record-there', 'TXT v=spf1 -all', 'permerror')


def sizes():
    for bits, result in (('512', 'policy'), ('1023', 'policy'), ('1024', 'pass'),
                         ('4096', 'pass'), ('8200', 'policy')):
        yield row('key-rsa-' + bits, mail().signed('rsa-' + bits, h=('from', 'subject')),
                  result + HERE, zone='%s KEY rsa-%s' % (NAME, bits), dkimpy=False)
    yield row('key-rsa-512-bad-signature', mail().signed('rsa-512').with_body('other\n'),
              'fail|policy' + HERE, zone=NAME + ' KEY rsa-512', dkimpy=False)
    yield row('key-ed25519-for-rsa-signature', mail().signed(), 'permerror' + HERE,
              zone=NAME + ' KEY ed-a', dkimpy=False)
    raw = public('ed-a')
    ed = mail().signed('ed-a')
    yield row('key-ed25519-short', ed, 'permerror' + HERE, dkimpy=False,
              zone='%s TXT v=DKIM1; k=ed25519; p=%s' % (NAME, raw[:40]))
    yield row('key-ed25519-without-k', ed, 'permerror' + HERE, dkimpy=False,
              zone='%s TXT v=DKIM1; p=%s' % (NAME, raw))
    yield row('key-ed25519-other-key', ed, 'fail' + HERE, zone=NAME + ' KEY ed-b')


def names():
    signed = mail().signed()

    def dns(name, zone, result):
        return row('dns-' + name, signed, result + HERE, zone=zone, dkimpy=False)

    yield dns('no-such-name', 'example.com A 192.0.2.1', 'permerror')
    yield dns('name-without-text', NAME + ' A 192.0.2.1', 'permerror')
    yield dns('name-above-others', 'x.%s A 192.0.2.1' % NAME, 'permerror')
    yield dns('servfail', '!SERVFAIL %s TXT' % NAME, 'temperror')
    yield dns('timeout', '!TIMEOUT %s TXT' % NAME, 'temperror')
    yield dns('cname', NAME + ' CNAME k.example.org\nk.example.org KEY rsa-a', 'pass')
    yield dns('two-cnames', NAME + ' CNAME k.example.org\nk.example.org CNAME k2.example.org\n'
              'k2.example.org KEY rsa-a', 'pass')
    yield dns('cname-to-nothing', NAME + ' CNAME k.example.org', 'permerror')
    yield dns('cname-loop', NAME + ' CNAME k.example.org\nk.example.org CNAME ' + NAME,
              'permerror|temperror')
    yield dns('two-keys-one-fits', NAME + ' KEY rsa-b\n' + NAME + ' KEY rsa-a', 'pass')
    yield dns('key-beside-other-text', NAME + ' TXT hello\n' + NAME + ' KEY rsa-a', 'pass')
    yield dns('two-keys-none-fits', NAME + ' KEY rsa-b\n' + NAME + ' KEY rsa-c', 'fail')

    idn = 'xn--r8jz45g.example'
    wide = 's1._domainkey.%s KEY rsa-a' % idn
    yield row('domain-as-u-label', mail().signed(d='例え.example', i='@例え.example'),
              'pass header.d=%s header.s=s1' % idn, zone=wide, dkimpy=False)
    yield row('domain-as-a-label', mail().signed(d=idn), 'pass header.d=%s' % idn, zone=wide)
    yield row('selector-as-u-label', mail().signed(s='例え'),
              'pass header.d=example.com header.s=xn--r8jz45g', dkimpy=False,
              zone='xn--r8jz45g._domainkey.example.com KEY rsa-a')
    yield row('selector-with-dots', mail().signed(s='2026.jan.s1'),
              'pass header.d=example.com header.s=2026.jan.s1',
              zone='2026.jan.s1._domainkey.example.com KEY rsa-a')
    deep = '.'.join(['a' * 60] * 4)
    yield row('name-too-long-to-ask', mail().signed(d=deep), 'permerror', dkimpy=False)


def cases():
    for group in (records, sizes, names):
        yield from group()
