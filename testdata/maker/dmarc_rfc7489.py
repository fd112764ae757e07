"""dmarc_rfc7489.py: `--dmarc-mode rfc7489`, with a public suffix list of our own."""

from maker.dmarc_policy import row
from maker.senders_flows import PSL, RFC7489


def old(name, zone, result, **options):
    args = RFC7489 + tuple(options.pop('args', ()))
    return row('rfc7489-' + name, zone, result, args=args, files={'psl': PSL}, **options)


def cases():
    there = 'a.b.example.co.jp A 192.0.2.1\n'
    sub = {'author': 'a.b.example.co.jp'}
    yield old('p', '_dmarc.example.com TXT v=DMARC1; p=quarantine', 'quarantine')
    yield old('org-by-suffix-list', there + '_dmarc.example.co.jp TXT v=DMARC1; p=reject',
              'reject', **sub)
    yield old('sp', there + '_dmarc.example.co.jp TXT v=DMARC1; p=none; sp=quarantine',
              'quarantine', **sub)
    yield old('np-ignored', '_dmarc.example.co.jp TXT v=DMARC1; p=none; sp=none; np=reject',
              'none', **sub)
    yield old('between-is-not-asked', there + '_dmarc.b.example.co.jp TXT v=DMARC1; p=reject',
              'no record', **sub)
    yield old('suffix-is-not-asked', there + '_dmarc.co.jp TXT v=DMARC1; p=reject; psd=y',
              'no record', **sub)
    yield old('record-twice-ends-it', there + '_dmarc.a.b.example.co.jp TXT v=DMARC1; p=none\n'
              '_dmarc.a.b.example.co.jp TXT v=DMARC1; p=none\n'
              '_dmarc.example.co.jp TXT v=DMARC1; p=reject', 'none|permerror', **sub)
    yield old('t-ignored', 'v=DMARC1; p=reject; t=y', 'reject')
    yield old('pct-100', 'v=DMARC1; p=reject; pct=100', 'reject')
    yield old('pct-0-reject', 'v=DMARC1; p=reject; pct=0', 'quarantine')
    yield old('pct-0-quarantine', 'v=DMARC1; p=quarantine; pct=0', 'none')
    yield old('pct-bad', 'v=DMARC1; p=reject; pct=200', 'reject')
    yield old('pct-not-a-number', 'v=DMARC1; p=reject; pct=half', 'reject')
    yield old('sp-bad-with-rua', 'v=DMARC1; p=reject; sp=junk; rua=mailto:d@example.com', 'none')
    yield old('policy-timeout', '!TIMEOUT _dmarc.example.com TXT', 'temperror')
    compare = row('compare-modes-differ', there +
                  '_dmarc.b.example.co.jp TXT v=DMARC1; p=reject', 'reject',
                  args=('--dmarc-compare', '--psl', 'psl'), files={'psl': PSL}, **sub)
    yield compare
