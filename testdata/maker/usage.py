"""usage.py: a usage error gives one clear line and the status in mailstamp(1), EXIT STATUS."""

from maker.case import Case
from maker.envelopes import ZONE
from maker.mail import mail

BAD = (
    ('unknown-option', ('--no-such-option',)),
    ('unknown-short-option', ('-Z',)),
    ('option-without-value', ('--client-ip',)),
    ('bad-client-address', ('--client-ip', '192.0.2.999')),
    ('client-address-with-port', ('--client-ip', '192.0.2.1:25')),
    ('bad-resolver', ('--resolver', 'nowhere')),
    ('bad-network', ('--trusted-client', '10.0.0.0/33')),
    ('bad-now', ('--now', 'today')),
    ('bad-size', ('--max-size', '-1')),
    ('bad-time', ('--dns-timeout', 'soon')),
    ('bad-mode', ('--dmarc-mode', 'rfc1234')),
    ('bad-envelope', ('--envelope', 'post')),
    ('bad-reject-on', ('--reject-on', 'monday')),
    ('bad-on-temperror', ('--on-temperror', 'reject')),
    ('bad-ambiguous', ('--ambiguous', 'maybe')),
    ('bad-scrub', ('--scrub', 'some')),
    ('bad-output', ('--output', 'xml')),
    ('bad-exit-name', ('--exit', 'success=1')),
    ('bad-exit-code', ('--exit', 'reject=256')),
    ('bad-spf-engine', ('--spf-engine', 'other')),
    ('stray-argument', ('message.eml',)),
)
FILES = (
    ('zone-missing', ('--zone', 'no-such-file')),
    ('zone-is-a-folder', ('--zone', '/')),
    ('zone-broken', ('--zone', 'broken')),
    ('config-missing', ('--config', 'no-such-file')),
    ('psl-missing', ('--dmarc-mode', 'rfc7489', '--psl', 'no-such-file')),
    ('secret-missing', ('--envelope', 'field', '--envelope-secret-file', 'no-such-file')),
    ('input-missing', ('--input', 'no-such-file')),
)
BROKEN = 'example.com. IN TXT "unclosed\n)))\n'


def cases():
    def row(name, args, status, expect, **options):
        return Case('usage/' + name, message=mail(), zone=ZONE, bare=True,
                    args=args, exit=status, expect=expect, **options)

    line = 'stdout empty\nstderr lines 1\nstderr starts mailstamp: '
    for name, args in BAD:
        yield row(name, ('--profile', 'plain') + args, '64 78' if name == 'bad-resolver' else 64,
                  line)
        yield row(name + '-without-profile', args, 75, line)
    yield row('unknown-option-postfix', ('--profile', 'postfix', '--no-such-option'), 75,
              'stderr empty')
    yield row('unknown-option-exim-filter', ('--profile=exim-filter', '--no-such-option'), 75,
              'stdout empty\nstderr empty')
    yield row('bad-profile', ('--profile', 'sendmail'), 75, line)
    yield row('command-line-typo-in-command', ('--profile', 'plain', '--', ), '64 75', '')
    for name, args in FILES:
        yield row(name, ('--profile', 'plain') + args, '64 75 78', line,
                  files={'broken': BROKEN})
        yield row(name + '-without-profile', args, 75, line, files={'broken': BROKEN})
    # the verdict is known and the mail is passed on, but the failure is reported
    yield Case('usage/record-not-writable', message=mail(), zone=ZONE,
               args=('--dns-record', '/no/such/folder/zone'),
               expect='spf=pass\ndkim=none\ndmarc=pass\ndisposition=accept\nstderr lines 1')
    yield row('version', ('--version',), 0, 'stdout starts mailstamp \nstdout lines 2\n'
              'stderr empty')
    yield row('help', ('--help',), 0, 'stdout has --client-ip\nstdout has --profile\n'
              'stderr empty')
