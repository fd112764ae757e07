"""arc_chains.py: ARC chains, complete and broken (RFC 8617 5.2); no sealer is trusted here."""

from maker.case import Case
from maker.mail import NOW, Mail, mail
from maker.seal import place, sealed

ZONE = '''
    s1._domainkey.example.com KEY rsa-a
    arc._domainkey.lists.example.org KEY rsa-b
    arc._domainkey.relay.example.org KEY rsa-c
    arc._domainkey.ed.example.org KEY ed-a
    arc._domainkey.small.example.org KEY rsa-1023
    arc._domainkey.revoked.example.org TXT v=DKIM1; p=
    !TIMEOUT arc._domainkey.slow.example.org
'''
RESULTS = 'mx.lists.example.org; dkim=pass header.d=example.com; dmarc=pass header.from=example.com'
FOOTER = '\n_______\nlist mailing list\nlist@lists.example.org\n'
LISTS = ('rsa-b', 'lists.example.org', 'arc')
RELAY = ('rsa-c', 'relay.example.org', 'arc')
ED = ('ed-a', 'ed.example.org', 'arc')


def by(start, sealer, results=RESULTS, **options):
    return sealed(start, results, key=sealer[0], d=sealer[1], s=sealer[2], **options)


def edited(message, name, old, new):
    """The topmost field of that name with a part of its text changed."""
    fields = list(message.fields)
    for i, field in enumerate(fields):
        if field.lower().startswith(name.lower().encode() + b':'):
            assert old.encode() in field, (name, old)
            fields[i] = field.replace(old.encode(), new.encode(), 1)
            break
    return Mail(fields, message.body)


def mangled(message):
    """The changes that a list makes."""
    return (message.replaced('Subject', '[list] Your order 4711')
            .with_body(message.body + FOOTER.encode())
            .topped('List-Id: <list.lists.example.org>'))


def case(name, message, word, *more, **options):
    expect = ['arc=' + word] + ['reason arc: ' + each for each in more]
    return Case('arc/' + name, message, zone=ZONE, expect='\n'.join(expect), **options)


def without_set(message, instance):
    return Mail([each for each in message.fields
                 if not place(each) or place(each)[0] != instance], message.body)


def whole():
    start = mail().signed()
    one = by(start, LISTS)
    two = by(one, RELAY)
    yield case('no-chain', start, 'none')
    yield case('one-set', one, 'pass header.oldest-pass=0 smtp.remote-ip=192.0.2.10')
    yield case('one-set-ipv6', one, 'pass smtp.remote-ip=2001:db8::10', ip='2001:db8::10')
    yield case('one-set-crlf', one, 'pass header.oldest-pass=0', eol='\r\n')
    yield case('one-set-unknown-client', one, 'pass header.oldest-pass=0', ip=None)
    yield case('two-sets', two, 'pass header.oldest-pass=0',
               explain=('unchanged since the first seal',
                        'sealed by lists.example.org, relay.example.org'))
    # dkimpy knows Ed25519 in DKIM only
    yield case('ed25519', by(start, ED), 'pass header.oldest-pass=0', dkimpy=False)
    yield case('both-algorithms', by(by(one, ED), RELAY), 'pass header.oldest-pass=0')
    yield case('simple-form', by(start, LISTS, message={'c': 'simple/simple'}),
               'pass header.oldest-pass=0')
    yield case('a-list-changed-it', by(mangled(by(start, RELAY)), LISTS),
               'pass header.oldest-pass=2', explain=('unchanged since seal 2 of 2',))
    yield case('two-lists-changed-it', by(mangled(by(mangled(by(start, RELAY)), LISTS)), RELAY),
               'pass header.oldest-pass=3')
    fifty = start
    for _ in range(25):
        fifty = by(by(fifty, LISTS), RELAY)
    yield case('fifty-sets', fifty, 'pass header.oldest-pass=0')
    yield case('fifty-one-sets', by(fifty, LISTS), 'fail', 'more sets than the limit')
    yield case('own-limit', by(two, LISTS), 'fail', 'more sets than the limit',
               args=('--max-arc-sets', '2'), dkimpy=False)
    # an ARC pass never turns into a DMARC pass
    yield Case('arc/pass-is-no-dmarc-pass', by(mangled(start), LISTS),
               zone=ZONE + '\n_dmarc.example.com TXT v=DMARC1; p=reject', exit=10,
               expect='arc=pass\ndmarc=fail policy.dmarc=reject\ndisposition=quarantine')


def broken():
    start = mail().signed()
    one = by(start, LISTS)
    two = by(one, RELAY)
    three = by(two, LISTS)
    seal = 'ARC-Seal i=%d: '
    ams = 'ARC-Message-Signature i=%d: '
    no_sig = 'the signature did not verify'
    for name, message, *reason in (
            ('body-changed', one.with_body(b'another\n'), ams % 1 + 'the body hash did not verify'),
            ('subject-changed', one.replaced('Subject', 'Win'), ams % 1 + no_sig),
            ('results-forged', edited(one, 'ARC-Authentication-Results', 'dkim=pass', 'dkim=fail'),
             seal % 1 + no_sig),
            ('seal-forged', edited(one, 'ARC-Seal', 't=%d' % (NOW - 30), 't=%d' % (NOW - 31)),
             seal % 1 + no_sig),
            ('forged-by-another-key', by(start, ('rsa-c',) + LISTS[1:]), ams % 1 + no_sig),
            ('cv-fail', by(one, RELAY, cv='fail'), 'broken before it was sealed'),
            ('cv-fail-forged', edited(by(one, RELAY, cv='fail'), 'ARC-Seal', 'cv=fail', 'cv=pass'),
             seal % 2 + no_sig),
            ('cv-none-later', by(one, RELAY, cv='none'), 'cv= of a later seal is not pass'),
            ('cv-pass-first', by(start, LISTS, cv='pass'), 'cv= of the first seal is not none'),
            ('gap', without_set(three, 2), 'i=2: the set is missing'),
            ('first-missing', without_set(two, 1), 'i=1: the set is missing'),
            ('begins-with-two', by(start, LISTS, i=2), 'i=1: the set is missing'),
            ('set-twice', one.topped(*one.fields[:3]), seal % 1 + 'duplicate field'),
            ('seal-twice', one.topped(one.fields[0]), seal % 1 + 'duplicate field'),
            ('results-twice', one.topped(one.fields[2]),
             'ARC-Authentication-Results i=1: duplicate field'),
            ('seal-missing', one.without('ARC-Seal'), 'ARC-Seal i=1: the field is missing'),
            ('message-signature-missing', one.without('ARC-Message-Signature'),
             ams % 1 + 'the field is missing'),
            ('results-missing', one.without('ARC-Authentication-Results'),
             'ARC-Authentication-Results i=1: the field is missing'),
            ('seal-with-h', by(start, LISTS, extra=[('h', 'from')]), 'a seal must not have h='),
            ('covers-a-seal', by(one, RELAY, h=('from', 'arc-seal')), 'h= names ARC-Seal'),
            ('from-not-covered', by(start, LISTS, h=('to', 'subject')), 'From is not signed'),
            ('sha1', by(start, LISTS, change={'a': 'rsa-sha1'}), 'rsa-sha1 is not accepted'),
            ('no-key', by(start, ('rsa-b', 'none.example.org', 'arc')), 'no key record was found'),
            ('revoked-key', by(start, ('rsa-b', 'revoked.example.org', 'arc')), 'revoked'),
            ('small-key', by(start, ('rsa-1023', 'small.example.org', 'arc')), 'too small'),
            ('results-without-instance',
             edited(one, 'ARC-Authentication-Results', 'i=1; ', ''), 'begin with i=')):
        yield case(name, message, 'fail', *reason)
    # the middle set was made over different results
    middle = edited(by(one, RELAY), 'ARC-Authentication-Results', 'dkim=pass', 'dkim=none')
    yield case('broken-middle', by(middle, LISTS), 'fail', seal % 2 + no_sig)
    # RFC 8617 5.2.1: all failures are permanent; dkimpy has no answer without a key
    yield case('slow-key', by(start, ('rsa-b', 'slow.example.org', 'arc')), 'fail',
               'temporarily cannot be fetched', dkimpy=False)
    yield case('slow-key-of-an-older-seal',
               by(by(start, ('rsa-b', 'slow.example.org', 'arc')), RELAY), 'fail',
               seal % 1 + 'the key temporarily cannot be fetched', dkimpy=False)
    # dkimpy does not check times in ARC
    yield case('expired', by(start, LISTS, message={'x': NOW - 1000, 't': NOW - 2000}), 'fail',
               'has expired', dkimpy=False)
    yield case('of-the-future', by(start, LISTS, change={'t': str(NOW + 4000)}), 'fail',
               'dated in the future', dkimpy=False)


def cases():
    yield from whole()
    yield from broken()
