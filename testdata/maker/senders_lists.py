"""senders_lists.py: our users' mail through lists and forwarders, some of them trusted."""

from maker.arc_chains import FOOTER, LISTS, RELAY, ZONE, by, edited, mangled
from maker.case import Case
from maker.mail import mail

TRUST = ('--trusted-sealer', 'lists.example.org')
BOTH = TRUST + ('--trusted-sealer', 'relay.example.org')
WORLD = ZONE + '''
    _dmarc.example.com TXT v=DMARC1; p=%s
    lists.example.org TXT v=spf1 ip4:198.51.100.25 -all
    out.lists.example.org A 198.51.100.25
    25.100.51.198.in-addr.arpa PTR out.lists.example.org
    liar.example.org A 198.51.100.99
    26.100.51.198.in-addr.arpa PTR liar.example.org
    26.100.51.198.in-addr.arpa PTR out.lists.example.org
'''
GOOGLE = ('''mx.google.com;
       dkim=pass header.i=@example.com header.s=s1 header.b="Ab/c+def";
       spf=pass (google.com: domain of orders@example.com designates 192.0.2.10 as permitted'''
          ''' sender) smtp.mailfrom=orders@example.com;
       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.com''')
MICROSOFT = ('mx.microsoft.com 1; spf=pass (sender ip is 192.0.2.10) smtp.rcpttodomain=example.net'
             ' smtp.mailfrom=example.com; dmarc=pass (p=reject sp=reject pct=100) action=none'
             ' header.from=example.com; dkim=pass (signature was verified)'
             ' header.d=example.com; arc=none (0)')


def flow(name, message, accepted, *more, p='reject', args=TRUST, **options):
    """accepted: what the reason of dmarc must contain, or None if the policy is not overridden"""
    options.setdefault('ip', '198.51.100.25')
    options.setdefault('helo', 'out.lists.example.org')
    options.setdefault('mail_from', 'list-bounces@lists.example.org')
    lines = ['dmarc=fail header.from=example.com policy.dmarc=' + p]
    if accepted:
        lines += ['disposition=accept', 'reason dmarc: ' + accepted]
    else:
        options.setdefault('exit', 10)
        lines += ['disposition=' + {10: 'quarantine', 11: 'reject'}[options['exit']]]
    return Case('senders/' + name, message, zone=WORLD % p, args=args,
                expect='\n'.join(lines + list(more)), **options)


def trusted():
    start = mail().signed()
    listed = by(mangled(start), LISTS)
    told = 'overridden as local_policy: arc i=1 of a trusted sealer'
    yield flow('list-sealed-trusted', listed, told, 'arc=pass', 'dkim=fail',
               explain=('ARC chain of trusted sealers', 'Vouched for by: lists.example.org.'))
    yield flow('list-sealed-trusted-quarantine', listed, told, p='quarantine')
    yield flow('list-sealed-trusted-published', listed, told,
               args=TRUST + ('--reject-on', 'published'))
    yield flow('list-sealed-trusted-other-case', listed, told,
               args=('--trusted-sealer', 'Lists.Example.ORG.'))
    yield flow('list-sealed-trusted-in-a-file', listed, told, args=('--trusted-sealer', '@sealers'),
               files={'sealers': '# whom we trust\n\nrelay.example.org\n lists.example.org \r\n'})
    yield flow('list-sealed-google-form', by(mangled(start), LISTS, GOOGLE), told)
    yield flow('list-sealed-microsoft-form', by(mangled(start), LISTS, MICROSOFT), told)
    two = by(listed, RELAY, 'mx.relay.example.org; dmarc=fail header.from=example.com; arc=pass')
    yield flow('two-lists-both-trusted', two, 'arc i=1 of', args=BOTH)
    yield flow('two-lists-second-changed-it-too',
               by(mangled(listed), RELAY, 'mx.relay.example.org; dmarc=fail; arc=pass'),
               'arc i=1 of', 'arc=pass header.oldest-pass=2', args=BOTH)
    yield flow('two-lists-newest-says-pass', by(listed, RELAY), 'arc i=2 of',
               args=('--trusted-sealer', 'relay.example.org'))
    # nothing to override
    yield flow('list-sealed-trusted-p-none', listed, '^(?!.*overridden)', p='none')


def untrusted():
    start = mail().signed()
    listed = by(mangled(start), LISTS)
    relay = 'mx.relay.example.org; dmarc=fail header.from=example.com; arc=pass'
    forged = mail(subject='Pay at once').with_body(b'to us\n')
    replay = forged.topped(*listed.fields[:3])
    fifty = mangled(start)
    for _ in range(51):
        fifty = by(fifty, LISTS)
    middle = edited(by(listed, LISTS, relay), 'ARC-Authentication-Results', 'dmarc=fail', 'dmarc=pass')
    for name, message, word, args in (
            ('unknown-sealer', listed, 'pass', ()),
            ('another-sealer', listed, 'pass', ('--trusted-sealer', 'example.org')),
            ('below-a-trusted-name', listed, 'pass', ('--trusted-sealer', 's.example.org')),
            ('newest-not-trusted', by(listed, RELAY, relay), 'pass', TRUST),
            ('oldest-not-trusted', by(listed, RELAY, relay), 'pass',
             ('--trusted-sealer', 'relay.example.org')),
            ('forged-chain', by(forged, ('rsa-c',) + LISTS[1:]), 'fail', TRUST),
            ('replayed-chain', replay, 'fail', TRUST),
            ('broken-middle', by(middle, LISTS, relay), 'fail', TRUST),
            ('set-twice', listed.topped(*listed.fields[:3]), 'fail', TRUST),
            ('gap', by(listed, LISTS, i=3), 'fail', TRUST),
            ('fifty-one-sets', fifty, 'fail', TRUST),
            ('changed-after-the-seal', listed.with_body(listed.body + b'more\n'), 'fail', TRUST)):
        yield flow('list-%s' % name, message, None, 'arc=' + word, args=args)


def unsaid():
    """A valid chain of a trusted sealer whose results are not sufficient."""
    start = mangled(mail().signed())
    good = 'dmarc=pass header.from=example.com'
    for name, results in (
            ('fail', 'mx.example.org; dmarc=fail header.from=example.com'),
            ('none', 'mx.example.org; none'),
            ('twice', 'mx.example.org; %s; %s' % (good, good)),
            ('pass-and-fail', 'mx.example.org; %s; dmarc=fail header.from=example.com' % good),
            ('another-author', 'mx.example.org; dmarc=pass header.from=example.net'),
            ('parent-author', 'mx.example.org; dmarc=pass header.from=com'),
            ('no-author', 'mx.example.org; dmarc=pass'),
            ('two-authors', 'mx.example.org; %s header.from=example.com' % good),
            ('in-a-comment', 'mx.example.org; dkim=pass (; %s)' % good),
            ('in-a-quote', 'mx.example.org; dkim=pass reason="; %s"' % good),
            ('unreadable', 'mx.example.org; %s; dkim==pass' % good),
            ('another-version', 'mx.example.org 2; ' + good)):
        yield flow('list-says-' + name, by(start, LISTS, results), None, 'arc=pass')
    yield flow('list-signs-with-length', by(start, LISTS, message={'l': 20}), None, 'arc=pass')
    doubled = by(start, LISTS).topped('Subject: Win')
    # `h` names Subject once, and the lower one still verifies
    yield flow('list-signed-one-of-two-subjects', doubled, None, 'arc=pass')
    two = by(start.topped('From: Other <other@example.net>'), LISTS)
    yield Case('senders/list-two-from', two, zone=WORLD % 'reject', args=TRUST, exit=10,
               ip='198.51.100.25', mail_from='list-bounces@lists.example.org',
               expect='arc=pass\ndmarc=permerror\ndisposition=quarantine')
    local = dict(ip='198.51.100.25', mail_from='list-bounces@lists.example.org')
    slow = (WORLD % 'reject').replace('s1._domainkey.example.com KEY rsa-a',
                                      '!TIMEOUT s1._domainkey.example.com')
    yield Case('senders/list-temperror-is-not-overridden', by(mail().signed(), LISTS),
               zone=slow, args=TRUST, exit=10, dkimpy=False, **local,
               expect='arc=pass\ndkim=temperror\ndmarc=temperror\ndisposition=quarantine')


def forwarders():
    plain = mail().with_body(mail().body + FOOTER.encode())
    told = 'overridden as trusted_forwarder: trusted-forwarder'
    yield flow('forwarder-by-network', plain, told, args=('--trusted-forwarder', '198.51.100.0/24'),
               explain=('Vouched for by: 198.51.100.25.',))
    yield flow('forwarder-by-another-network', plain, None, exit=11,
               args=('--trusted-forwarder', '198.51.101.0/24'))
    name = ('--trusted-forwarder', 'out.lists.example.org')
    yield flow('forwarder-by-confirmed-name', plain, told, args=name)
    yield flow('forwarder-by-client-name', plain, told, ip='198.51.100.40',
               args=name + ('--client-name', 'OUT.lists.example.org'))
    yield flow('forwarder-name-that-does-not-lead-back', plain, None, exit=11,
               ip='198.51.100.26', args=name)
    yield flow('forwarder-name-of-somebody-else', plain, None, exit=11, ip='198.51.100.26',
               args=('--trusted-forwarder', 'liar.example.org'))
    yield flow('forwarder-name-in-helo-only', plain, None, exit=11, ip='198.51.100.40', args=name)
    stored = plain.topped('Received: from out.lists.example.org (out.lists.example.org'
                          ' [198.51.100.40]) by mx.example.net; ' + 'Thu, 01 Jan 2026 08:59:59 +0900')
    yield flow('forwarder-name-in-received-only', stored, None, exit=11, ip=None, helo=None,
               args=name + ('--envelope', 'headers'))
    ambiguous = plain.topped('From: Other <other@example.net>')
    yield Case('senders/forwarder-two-from', ambiguous, zone=WORLD % 'reject',
               args=('--trusted-forwarder', '198.51.100.0/24'), exit=10, ip='198.51.100.25',
               expect='dmarc=permerror\ndisposition=quarantine')
    yield flow('forwarder-in-a-file', plain, told, args=('--trusted-forwarder', '@hosts'),
               files={'hosts': 'out.lists.example.org\n2001:db8::/32\n'})


def cases():
    yield from trusted()
    yield from untrusted()
    yield from unsaid()
    yield from forwarders()
