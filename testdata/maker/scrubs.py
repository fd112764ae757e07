"""scrubs.py: fields that falsely claim to be ours are removed, everything else is unchanged."""

from maker.case import AUTHSERV_ID, Case
from maker.envelopes import PASS, ZONE
from maker.mail import Mail, mail

EXPECT = 'spf=pass\ndkim=none\n' + PASS
OURS = AUTHSERV_ID


def row(name, forged, kept=(), args=(), eol='\n', expect=EXPECT):
    """forged: fields to be removed; kept: fields to be kept; both also occur in the middle."""
    base = mail()
    return Case('scrub/' + name, zone=ZONE, args=args, eol=eol, expect=expect,
                message=Mail(list(forged) + list(kept) + base.fields, base.body),
                rest=Mail(list(kept) + base.fields, base.body))


def own():
    for name, field in (
            ('plain', 'Authentication-Results: %s; dmarc=pass header.from=example.com' % OURS),
            ('version', 'Authentication-Results: %s 1; spf=pass' % OURS),
            ('other-version', 'Authentication-Results: %s 2; spf=pass' % OURS),
            ('only-id', 'Authentication-Results: ' + OURS),
            ('none', 'Authentication-Results: %s; none' % OURS),
            ('name-case', 'AUTHENTICATION-results: %s; spf=pass' % OURS),
            ('id-case', 'Authentication-Results: MX.Example.NET; spf=pass'),
            ('blank-before-colon', 'Authentication-Results : %s; spf=pass' % OURS),
            ('tab-before-colon', 'Authentication-Results\t: %s; spf=pass' % OURS),
            ('no-blank-after-colon', 'Authentication-Results:%s;spf=pass' % OURS),
            ('folded-before-id', 'Authentication-Results:\n %s; spf=pass' % OURS),
            ('folded-twice', 'Authentication-Results: \n \n\t%s;\n spf=pass' % OURS),
            ('comment-before-id', 'Authentication-Results: (hello) %s; spf=pass' % OURS),
            ('nested-comment', 'Authentication-Results: (a (b\\)) c)%s; spf=pass' % OURS),
            ('comment-after-id', 'Authentication-Results: %s (x) 1 (y); spf=pass' % OURS),
            ('quoted-id', 'Authentication-Results: "%s"; spf=pass' % OURS),
            ('quoted-pair-in-id', 'Authentication-Results: "mx\\.example.net"; spf=pass'),
            ('unparsable-after-id', 'Authentication-Results: %s ; ((( = ; "' % OURS),
            ('no-semicolon', 'Authentication-Results: %s spf=pass' % OURS),
            ('disposition', 'Mailstamp-Disposition: accept'),
            ('disposition-case', 'MAILSTAMP-disposition : accept'),
            ('note', 'Mailstamp-Note: all is well'),
            ('any-of-ours', 'Mailstamp-Something-New: 1')):
        yield row('own-' + name, [field])
    yield row('own-crlf', ['Authentication-Results:\n %s;\n spf=pass' % OURS], eol='\r\n')
    foreign = 'Authentication-Results: mx.example.org; spf=pass'
    three = ['Authentication-Results: %s; dkim=pass' % OURS,
             'Authentication-Results: %s; spf=pass' % OURS,
             'Authentication-Results:\n\t%s 1;\n\tdmarc=pass' % OURS]
    yield row('three-forged-one-foreign', three, [foreign])
    base = mail()
    yield Case('scrub/forged-between-other-fields', zone=ZONE, expect=EXPECT,
               message=Mail(base.fields[:3] + [three[0]] + base.fields[3:] + [three[1]],
                            base.body), rest=base)
    yield Case('scrub/forged-is-last-without-line-end', zone=ZONE, expect=EXPECT,
               message=base.with_body(None).ended(three[0]).bytes()[:-1],
               rest=base.with_body(None))
    yield Case('scrub/forged-in-the-body-stays', zone=ZONE, expect=EXPECT,
               message=base.with_body(three[0] + '\n'))
    # a forged field is removed even if the sender signed it
    signed = base.ended(three[0]).signed(h=('from', 'authentication-results'))
    yield Case('scrub/signed-forged-field', zone=ZONE + '',
               expect='spf=pass\ndkim=pass\n' + PASS, message=signed,
               rest=signed.without('Authentication-Results'))


def kept():
    for name, field in (
            ('foreign', 'Authentication-Results: mx.example.org; spf=pass'),
            ('longer-id', 'Authentication-Results: mx.example.net.evil.example.org; spf=pass'),
            ('id-inside', 'Authentication-Results: a.mx.example.net; spf=pass'),
            ('id-in-a-comment', 'Authentication-Results: mx.example.org (mx.example.net); none'),
            ('id-in-a-result', 'Authentication-Results: mx.example.org; x=pass (mx.example.net)'),
            ('arc', 'ARC-Authentication-Results: i=1; mx.example.net; spf=pass'),
            ('other-name', 'X-Authentication-Results: mx.example.net; spf=pass'),
            ('received-spf', 'Received-SPF: pass'),
            ('x-mailstamp', 'X-Mailstamp: 1')):
        yield row('kept-' + name, [], [field])


def modes():
    foreign = 'Authentication-Results: mx.example.org; spf=pass'
    forged = 'Authentication-Results: %s; spf=pass' % OURS
    yield row('all', [foreign, forged], args=('--scrub', 'all'))
    yield row('none', [], [foreign, forged], args=('--scrub', 'none'))
    yield row('own-by-name', [forged], [foreign], args=('--scrub', 'own'))
    yield row('own-id', [foreign, forged], args=('--own-id', 'mx.example.org'))
    yield row('two-own-ids', [foreign, forged, 'Authentication-Results: old.example.net; none'],
              args=('--own-id', 'mx.example.org', '--own-id', 'OLD.example.net'))


def cases():
    for group in (own, kept, modes):
        yield from group()
