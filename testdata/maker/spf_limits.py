"""spf_limits.py: the limits of RFC 7208 4.6.4, DNS errors, and which identity is checked."""

from maker.spf_mechanisms import record, row


def limits():
    def chain(n):
        """example.com queries n terms one after the other, all in nested includes"""
        lines = [record('include:i1.example.org -all')]
        for k in range(1, n + 1):
            term = 'include:i%d.example.org -all' % (k + 1) if k < n else 'ip4:192.0.2.10 -all'
            lines.append('i%d.example.org TXT v=spf1 %s' % (k, term))
        return '\n'.join(lines)

    def flat(n):
        hosts = ['h%d.example.org' % k for k in range(n)]
        return record(' '.join('a:' + h for h in hosts) + ' ip4:192.0.2.10 -all') + '\n'.join(
            h + ' A 198.51.100.1' for h in hosts)

    yield row('limit-10-includes', chain(10), 'pass')
    yield row('limit-11-includes', chain(11), 'permerror')
    yield row('limit-10-hosts', flat(10), 'pass')
    yield row('limit-11-hosts', flat(11), 'permerror')
    yield row('limit-counts-over-includes', record(
        'include:a.example.org include:b.example.org -all') +
        'a.example.org TXT v=spf1 ' + ' '.join('a:h%d.example.org' % k for k in range(5)) +
        ' -all\nb.example.org TXT v=spf1 ' + ' '.join('a:h%d.example.org' % k for k in range(5)) +
        ' ip4:192.0.2.10 -all\n' + '\n'.join('h%d.example.org A 198.51.100.1' % k
                                             for k in range(5)), 'permerror')
    yield row('limit-redirect-counts', record(
        ' '.join('a:h%d.example.org' % k for k in range(10)) + ' redirect=r.example.org') +
        'r.example.org TXT v=spf1 +all\n' + '\n'.join('h%d.example.org A 198.51.100.1' % k
                                                     for k in range(10)), 'permerror')
    yield row('limit-match-before-it', record(
        'ip4:192.0.2.10 ' + ' '.join('a:h%d.example.org' % k for k in range(20))), 'pass')
    yield row('limit-2-voids', record('a:v1.example.org a:v2.example.org ip4:192.0.2.10 -all'),
              'pass')
    yield row('limit-3-voids', record(
        'a:v1.example.org a:v2.example.org a:v3.example.org ip4:192.0.2.10 -all'), 'permerror')
    yield row('limit-voids-nodata-counts', record(
        'a:v1.example.org a:v2.example.org exists:v3.example.org ip4:192.0.2.10 -all',
        'v3.example.org TXT x'), 'permerror')

    def exchangers(n):
        return ''.join('example.com MX %d m%d.example.com\nm%d.example.com A 198.51.100.%d\n'
                       % (k, k, k, k) for k in range(1, n)) + \
            'example.com MX %d m%d.example.com\nm%d.example.com A 192.0.2.10\n' % (n, n, n)

    yield row('limit-10-mx-names', record('mx -all', exchangers(10)), 'pass')
    yield row('limit-11-mx-names', record('mx -all', exchangers(11)), 'permerror')

    def pointers(n, good):
        return ''.join('10.2.0.192.in-addr.arpa PTR p%02d.example.%s\n' % (
            k, 'com' if k == good else 'org') for k in range(1, n + 1)) + \
            'p%02d.example.com A 192.0.2.10\n' % good + ''.join(
                'p%02d.example.org A 192.0.2.10\n' % k for k in range(1, n + 1) if k != good)

    yield row('limit-10-ptr-names', record('ptr -all', pointers(10, 10)), 'pass')


def errors():
    inner = 'include:spf.example.org -all'
    yield row('servfail', '!SERVFAIL example.com TXT', 'temperror')
    yield row('timeout', '!TIMEOUT example.com TXT', 'temperror')
    yield row('include-servfail', record(inner, '!SERVFAIL spf.example.org'), 'temperror')
    yield row('include-timeout', record(inner, '!TIMEOUT spf.example.org TXT'), 'temperror')
    yield row('redirect-timeout', record('redirect=spf.example.org',
              '!TIMEOUT spf.example.org TXT'), 'temperror')
    yield row('a-timeout', record('a:www.example.com -all', '!TIMEOUT www.example.com'),
              'temperror')
    yield row('mx-timeout', record('mx -all', '!TIMEOUT example.com MX'), 'temperror')
    yield row('mx-host-timeout', record('mx -all', 'example.com MX 10 mx.example.com\n'
              '!TIMEOUT mx.example.com A'), 'temperror')
    yield row('exists-timeout', record('exists:x.example.com -all', '!TIMEOUT x.example.com A'),
              'temperror')
    yield row('timeout-after-match', record('ip4:192.0.2.10 a:www.example.com -all',
              '!TIMEOUT www.example.com'), 'pass')
    yield row('exp-timeout', record('exp=why.example.com -all', '!TIMEOUT why.example.com'),
              'fail')
    yield row('permerror-before-timeout', record('a:www.example.com bogus:x -all',
              '!TIMEOUT www.example.com'), 'permerror')


def identities():
    helo = 'mail.example.com TXT v=spf1 ip4:192.0.2.10 -all\nexample.com TXT v=spf1 -all'
    yield row('helo-for-null-path', helo, 'pass', mail_from='')
    yield row('helo-for-null-path-brackets', helo, 'pass', mail_from='<>',
              identity=' smtp.helo=mail.example.com')
    yield row('helo-for-null-path-postfix', helo, 'pass', mail_from='MAILER-DAEMON',
              identity=' smtp.helo=mail.example.com')
    yield row('helo-for-null-path-postfix-case', helo, 'pass', mail_from='mailer-Daemon',
              identity=' smtp.helo=mail.example.com')
    yield row('mailer-daemon-with-domain-is-no-null-path',
              'mail.example.com TXT v=spf1 +all\nexample.com TXT v=spf1 -all', 'fail',
              mail_from='MAILER-DAEMON@example.com')
    yield row('helo-not-for-unknown-path', helo, 'none', mail_from=None, identity='')
    yield row('helo-literal', '', 'none', mail_from='', helo='[192.0.2.10]', identity='')
    yield row('helo-bare-word', '', 'none', mail_from='', helo='localhost', identity='')
    yield row('helo-empty', '', 'none', mail_from='', helo='', identity='')
    yield row('helo-unknown', '', 'none', mail_from='', helo=None, identity='')
    yield row('path-in-brackets', record('ip4:192.0.2.10 -all'), 'pass',
              mail_from='<orders@example.com>', identity=' smtp.mailfrom=orders@example.com')
    yield row('path-upper-case', record('ip4:192.0.2.10 -all'), 'pass',
              mail_from='Orders@EXAMPLE.COM', identity=' smtp.mailfrom=example.com')
    yield row('path-quoted-local-part', record('exists:%{l}.x.example.com -all'), 'fail',
              mail_from='"a b"@example.com', identity=' smtp.mailfrom=example.com')
    yield row('path-u-label', 'xn--r8jz45g.example TXT v=spf1 ip4:192.0.2.10 -all', 'pass',
              mail_from='orders@例え.example', identity=' smtp.mailfrom=xn--r8jz45g.example')
    yield row('path-eai-local-part', record('ip4:192.0.2.10 -all'), 'pass',
              mail_from='受注@example.com', identity=' smtp.mailfrom=example.com')
    yield row('path-domain-literal', '', 'none', mail_from='orders@[192.0.2.10]', identity='')
    yield row('path-one-label', '', 'none', mail_from='orders@localhost', identity='')


def cases():
    for group in (limits, errors, identities):
        yield from group()
