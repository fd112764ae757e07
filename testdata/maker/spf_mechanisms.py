"""spf_mechanisms.py: every mechanism, modifier and macro of RFC 7208 by itself.

The client is 192.0.2.10 or 2001:db8::10, HELO is mail.example.com, the path is
orders@example.com, unless the row says otherwise. No domain here has a DMARC record.
"""

import ipaddress

from maker.case import Case
from maker.mail import mail

V6 = {'ip': '2001:db8::10'}
NIBBLES = ipaddress.ip_address(V6['ip']).exploded.replace(':', '')


def row(name, zone, result, **options):
    identity = options.pop('identity', None)
    if identity is None:
        path = options.get('mail_from', 'orders@example.com')
        identity = ' smtp.mailfrom=' + path if path else ' smtp.helo=mail.example.com'
    return Case('spf/' + name, message=mail(), zone=zone, expect='''
                spf=%s%s
                dkim=none
                dmarc=none header.from=example.com
                disposition=accept''' % (result, identity), **options)


def record(terms, more=''):
    return 'example.com TXT v=spf1 %s\n%s' % (terms, more)


def results():
    yield row('all-pass', record('+all'), 'pass')
    yield row('all-fail', record('-all'), 'fail')
    yield row('all-softfail', record('~all'), 'softfail')
    yield row('all-neutral', record('?all'), 'neutral')
    yield row('all-no-qualifier', record('all'), 'pass')
    yield row('nothing-matches', record('ip4:192.0.2.11'), 'neutral')
    yield row('only-version', 'example.com TXT v=spf1', 'neutral')
    yield row('no-record', 'example.com A 192.0.2.10', 'none')
    yield row('no-domain', 'example.org A 192.0.2.10', 'none')
    yield row('other-text-records', 'example.com TXT google-site-verification=x\n'
              'example.com TXT v=spf10 -all\nexample.com TXT v=spf1 ip4:192.0.2.10 -all', 'pass')
    yield row('version-glued', 'example.com TXT v=spf1-all', 'none')
    yield row('two-records', record('+all', 'example.com TXT v=spf1 -all'), 'permerror')
    yield row('two-equal-records', record('+all', 'example.com TXT V=SPF1 +all'), 'permerror')
    yield row('letter-case', 'example.com TXT V=sPf1 IP4:192.0.2.10 -ALL', 'pass')
    yield row('many-blanks', 'example.com TXT v=spf1   ip4:192.0.2.10    -all  ', 'pass')
    yield row('strings-joined-without-blank',
              'example.com TXT2 v=spf1 ip4:192.0.2|.10 -all', 'pass')
    yield row('record-of-700-octets', record(
        ' '.join('ip4:198.51.100.%d' % n for n in range(36)) + ' ip4:192.0.2.10 -all'), 'pass')


def addresses():
    yield row('ip4-host', record('ip4:192.0.2.10 -all'), 'pass')
    yield row('ip4-other-host', record('ip4:192.0.2.11 -all'), 'fail')
    yield row('ip4-prefix', record('ip4:192.0.2.0/28 -all'), 'pass')
    yield row('ip4-prefix-edge', record('ip4:192.0.2.8/29 -all'), 'pass')
    yield row('ip4-prefix-past-edge', record('ip4:192.0.2.0/29 -all'), 'fail')
    yield row('ip4-prefix-0', record('ip4:198.51.100.1/0 -all'), 'pass')
    yield row('ip4-prefix-32', record('ip4:192.0.2.10/32 -all'), 'pass')
    yield row('ip4-prefix-33', record('ip4:192.0.2.10/33 -all'), 'permerror')
    yield row('ip4-prefix-leading-zero', record('ip4:192.0.2.10/032 -all'), 'permerror')
    yield row('ip4-bad-address', record('ip4:192.0.2 -all'), 'permerror')
    yield row('ip4-no-address', record('ip4 -all'), 'permerror')
    yield row('ip4-with-v6-client', record('ip4:192.0.2.10 -all'), 'fail', **V6)
    yield row('ip4-mapped-client', record('ip4:192.0.2.10 -all'), 'pass',
              ip='::ffff:192.0.2.10')
    yield row('ip6-host', record('ip6:2001:db8::10 -all'), 'pass', **V6)
    yield row('ip6-prefix', record('ip6:2001:db8::/33 -all'), 'pass', **V6)
    yield row('ip6-prefix-past-edge', record('ip6:2001:db8:8000::/33 -all'), 'fail', **V6)
    yield row('ip6-prefix-0', record('ip6:::/0 -all'), 'pass', **V6)
    yield row('ip6-prefix-129', record('ip6:2001:db8::10/129 -all'), 'permerror', **V6)
    yield row('ip6-embedded-ip4', record('ip6:::ffff:192.0.2.10 -all'), 'fail')
    yield row('loopback-is-like-any-other', record('ip4:192.0.2.10 -all'), 'fail', ip='127.0.0.1')
    yield row('private-is-like-any-other', record('ip4:192.0.2.10 -all'), 'fail', ip='10.0.0.1')
    yield row('loopback-v6-is-like-any-other', record('ip6:2001:db8::/32 -all'), 'fail', ip='::1')
    yield row('no-client-address', record('+all'), 'none', ip=None)
    yield row('empty-client-address', record('+all'), 'none', ip='')


def hosts():
    a = 'example.com A 192.0.2.10\nexample.com AAAA 2001:db8::10\n'
    www = 'www.example.com A 198.51.100.1\nwww.example.com A 192.0.2.10\n'
    yield row('a', record('a -all', a), 'pass')
    yield row('a-v6', record('a -all', a), 'pass', **V6)
    yield row('a-domain', record('a:www.example.com -all', www), 'pass')
    yield row('a-other', record('a:www.example.com -all', www), 'fail', ip='192.0.2.12')
    yield row('a-prefix', record('a:www.example.com/24 -all', www), 'pass', ip='192.0.2.200')
    yield row('a-two-prefixes', record('a//64 -all', a), 'pass', ip='2001:db8::ffff')
    yield row('a-both-prefixes', record('a/24//64 -all', a), 'pass', ip='192.0.2.99')
    yield row('a-prefix-too-long', record('a/33 -all', a), 'permerror')
    yield row('a-cname', record('a:w.example.com -all', www + 'w.example.com CNAME '
              'www.example.com'), 'pass')
    yield row('a-no-such-host', record('a:none.example.com -all'), 'fail')
    mx = 'example.com MX 10 mx1.example.com\nexample.com MX 20 mx2.example.com\n' \
         'mx1.example.com A 198.51.100.1\nmx2.example.com A 192.0.2.10\n' \
         'mx2.example.com AAAA 2001:db8::10\n'
    yield row('mx', record('mx -all', mx), 'pass')
    yield row('mx-v6', record('mx -all', mx), 'pass', **V6)
    yield row('mx-other', record('mx -all', mx), 'fail', ip='192.0.2.12')
    yield row('mx-domain-prefix', record('mx:example.com/24 -all', mx), 'pass', ip='192.0.2.12')
    yield row('mx-none', record('mx:none.example.com -all'), 'fail')
    ptr = '10.2.0.192.in-addr.arpa PTR mail.example.com\nmail.example.com A 192.0.2.10\n'
    yield row('ptr', record('ptr -all', ptr), 'pass')
    yield row('ptr-domain', record('ptr:example.com -all', ptr), 'pass')
    yield row('ptr-other-domain', record('ptr:example.org -all', ptr), 'fail')
    yield row('ptr-not-a-label-boundary', record('ptr:ample.com -all', ptr), 'fail')
    yield row('ptr-unconfirmed', record('ptr -all', '10.2.0.192.in-addr.arpa PTR mail.example.com'
              '\nmail.example.com A 192.0.2.99'), 'fail')
    yield row('ptr-fails-to-answer', record('ptr -all', '!SERVFAIL 10.2.0.192.in-addr.arpa PTR'),
              'fail')
    yield row('ptr-v6', record('ptr -all',
              '.'.join(reversed(NIBBLES)) + '.ip6.arpa '
              'PTR mail.example.com\nmail.example.com AAAA 2001:db8::10'), 'pass', **V6)


def others():
    inner = 'spf.example.org TXT v=spf1 %s\n'
    include = 'include:spf.example.org -all'
    yield row('include-pass', record(include, inner % 'ip4:192.0.2.10 -all'), 'pass')
    yield row('include-fail-goes-on', record(include, inner % '-all'), 'fail')
    yield row('include-softfail-goes-on', record('include:spf.example.org ?all', inner % '~all'),
              'neutral')
    yield row('include-neutral-goes-on', record(include, inner % '?all'), 'fail')
    yield row('include-negative-qualifier', record('-include:spf.example.org +all',
              inner % '+all'), 'fail')
    yield row('include-none', record(include, 'spf.example.org A 192.0.2.1'), 'permerror')
    yield row('include-permerror', record(include, inner % 'bogus -all'), 'permerror')
    yield row('include-itself', record('include:example.com -all'), 'permerror')
    yield row('include-itself-behind-a-match', record('ip4:192.0.2.0/24 include:example.com -all'), 'pass')
    yield row('include-without-domain', record('include -all'), 'permerror')
    yield row('exists', record('exists:ok.example.com -all', 'ok.example.com A 127.0.0.2'), 'pass')
    yield row('exists-not', record('exists:ok.example.com -all'), 'fail')
    yield row('exists-asks-a-for-v6-client', record('exists:ok.example.com -all',
              'ok.example.com A 127.0.0.2'), 'pass', **V6)
    yield row('exists-aaaa-is-not-enough', record('exists:ok.example.com -all',
              'ok.example.com AAAA 2001:db8::1'), 'fail', **V6)
    yield row('exists-macro', record('exists:%{ir}.%{v}.%{l}.allow.example.com -all',
              '10.2.0.192.in-addr.orders.allow.example.com A 127.0.0.2'), 'pass')
    yield row('redirect', record('redirect=spf.example.org', inner % 'ip4:192.0.2.10 -all'),
              'pass')
    yield row('redirect-fail', record('redirect=spf.example.org', inner % '-all'), 'fail')
    yield row('redirect-none', record('redirect=spf.example.org', 'spf.example.org A 192.0.2.1'),
              'permerror')
    yield row('redirect-after-all', record('?all redirect=spf.example.org', inner % '-all'),
              'neutral')
    yield row('redirect-twice', record('redirect=spf.example.org redirect=spf.example.org',
              inner % '+all'), 'permerror')
    yield row('redirect-stands-first', record('redirect=spf.example.org ip4:192.0.2.10',
              inner % '-all'), 'pass')
    yield row('exp', record('exp=why.example.com -all', 'why.example.com TXT %{i} is not ours'),
              'fail')
    yield row('exp-twice', record('exp=a.example.com exp=b.example.com -all'), 'permerror')
    yield row('exp-missing-text', record('exp=why.example.com -all'), 'fail')
    yield row('modifier-unknown', record('moo=cow.example.com -all'), 'fail')
    yield row('mechanism-unknown', record('moo:cow.example.com -all'), 'permerror')
    yield row('error-after-match', record('ip4:192.0.2.10 -all bogus'), 'permerror')
    yield row('all-with-argument', record('-all:example.org'), 'permerror')
    yield row('qualifier-twice', record('--all'), 'permerror')


def macros():
    def exists(name, spec, hit, **options):
        return row('macro-' + name, record('exists:%s -all' % spec, hit + ' A 127.0.0.2'), 'pass',
                   **options)

    long_path = {'mail_from': 'strong-bad@email.example.com'}

    def strong(name, spec, hit):
        return row('macro-' + name, 'email.example.com TXT v=spf1 exists:%s -all\n%s A 127.0.0.2'
                   % (spec, hit), 'pass', **long_path)

    yield strong('s', '%{s}.x.example.com', 'strong-bad@email.example.com.x.example.com')
    yield strong('l', '%{l}.x.example.com', 'strong-bad.x.example.com')
    yield strong('l-dash', '%{l-}.x.example.com', 'strong.bad.x.example.com')
    yield strong('lr-dash', '%{lr-}.x.example.com', 'bad.strong.x.example.com')
    yield strong('o', '%{o}.x.example.com', 'email.example.com.x.example.com')
    yield strong('d', '%{d}.x.example.com', 'email.example.com.x.example.com')
    yield strong('d2', '%{d2}.x.example.com', 'example.com.x.example.com')
    yield strong('dr', '%{dr}.x.example.com', 'com.example.email.x.example.com')
    yield strong('d1r', '%{d1r}.x.example.com', 'email.x.example.com')
    yield exists('i', '%{i}.x.example.com', '192.0.2.10.x.example.com')
    yield exists('i-v6', '%{i}.x.example.com',
                 '.'.join(NIBBLES) + '.x.example.com', **V6)
    yield exists('v-v6', '%{v}.x.example.com', 'ip6.x.example.com', **V6)
    yield exists('h', '%{h}.x.example.com', 'mail.example.com.x.example.com')
    yield exists('percent-blank-escapes', 'a%%b%-c.x.example.com', 'a%b%20c.x.example.com')
    yield row('macro-p', record('exists:%{p}.x.example.com -all',
              '10.2.0.192.in-addr.arpa PTR mail.example.com\nmail.example.com A 192.0.2.10\n'
              'mail.example.com.x.example.com A 127.0.0.2'), 'pass')
    yield row('macro-p-unknown', record('exists:%{p}.x.example.com -all',
              'unknown.x.example.com A 127.0.0.2'), 'pass')
    yield exists('cut-on-the-left', '%{i}.' + '.'.join(['a' * 60] * 4) + '.x.example.com',
                 '.'.join(['a' * 60] * 3) + '.x.example.com')
    yield row('macro-unknown-letter', record('exists:%{q}.example.com -all'), 'permerror')
    yield row('macro-digit-0', record('exists:%{d0}.example.com -all'), 'permerror')
    yield row('macro-lone-percent', record('exists:%.example.com -all'), 'permerror')
    yield row('macro-c-outside-exp', record('exists:%{c}.example.com -all'), 'permerror')


def cases():
    for group in (results, addresses, hosts, others, macros):
        yield from group()
