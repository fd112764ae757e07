"""provoke.py: findings of inspect whose case needs more than a zone: an earlier inspection, saved mail, large numbers."""
import json
import subprocess

import trials
from maker.zone import master

KEY = trials.KEY % 'example.com'
PLAIN = 'example.com TXT v=spf1 ip4:192.0.2.0/28 -all\n' + trials.REJECT
NETS = ' '.join(f'ip4:198.51.{n}.0/24' for n in range(60))


def signed(selectors, date='Thu, 01 Jan 2026 09:00:00 +0900'):
    """A message that names keys; its signatures are not valid."""
    fields = ''.join(f'DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s={each}; h=from; bh=AAAA; b=AAAA\r\n' for each in selectors)
    return (f'{fields}From: a@example.com\r\nDate: {date}\r\n\r\nhello\r\n').encode()


def with_many_keys(text):
    """An inspection's JSON as if it had found hundreds of keys."""
    one = json.loads(text)
    key = one['dkim'][0]
    one['dkim'] = [{**key, 'selector': f'k{n}', 'name': f'k{n}._domainkey.example.com'} for n in range(210)]
    return json.dumps(one) + '\n'


# the finding, zone, further arguments, zone of the earlier inspection or None, saved messages, domain
ROWS = (
    ('change-dmarc-place', PLAIN + '_dmarc.a.example.com TXT v=DMARC1; p=reject\n', (), PLAIN, (), 'a.example.com'),
    ('change-not-there', PLAIN, (), 'other', (), 'example.com'),
    ('change-spf-gained', PLAIN.replace('ip4:192.0.2.0/28', NETS), (), PLAIN, (), 'example.com'),
    ('change-spf-lost', PLAIN, (), PLAIN.replace('ip4:192.0.2.0/28', NETS), (), 'example.com'),
    ('change-unknown', PLAIN.replace('-all', 'include:x.example -all') + '!SERVFAIL x.example\n', (), PLAIN, (), 'example.com'),
    ('dkim-baseline-many', PLAIN + KEY, (), with_many_keys, (), 'example.com'),
    ('dkim-key-large', PLAIN + KEY, ('--selector', 's1', '--rsa-max-bits', '1024'), None, (), 'example.com'),
    ('dkim-key-old', PLAIN + KEY, (), None, (signed(['s1']), signed(['s1'], 'Sun, 01 Jan 2023 09:00:00 +0900')), 'example.com'),
    ('dkim-messages-many', PLAIN + KEY, (), None, tuple(signed([f'm{n}x{k}' for k in range(30)]) for n in range(3)), 'example.com'),
    ('dkim-record', PLAIN + 's1._domainkey.example.com TXT v=DKIM1; k=rsa\n', ('--selector', 's1'), None, (), 'example.com'),
    ('dkim-selector', PLAIN, ('--selector', 'a..b'), None, (), 'example.com'),
    ('dkim-several', PLAIN + KEY + 's1._domainkey.example.com TXT v=DKIM1; p=\n', ('--selector', 's1'), None, (), 'example.com'),
    ('dkim-unused', PLAIN + KEY, ('--selector', 's1'), None, (signed(['s2']),), 'example.com'),
    ('dmarc-policy', 'example.com TXT v=spf1 -all\n_dmarc.example.com TXT v=DMARC1; p=all\n', (), None, (), 'example.com'),
    ('mx-address', PLAIN + 'example.com MX 10 192.0.2.1\n', (), None, (), 'example.com'),
    ('mx-no-answer', PLAIN + 'example.com MX 10 mx.example.com\n!SERVFAIL mx.example.com\n', (), None, (), 'example.com'),
    ('spf-incomplete', PLAIN.replace('-all', 'include:x.example -all') + '!SERVFAIL x.example\n', (), None, (), 'example.com'),
    ('spf-voids-ipv4', trials.REJECT + 'example.com TXT v=spf1 a:a.example a:b.example a:c.example -all\n' +
     ''.join(f'{name}.example AAAA 2001:db8::{n}\n' for n, name in enumerate('abc', 1)), (), None, (), 'example.com'),
)


def run(suite, program, scratch, common, checker, note):
    def inspect(folder, zone, domain, more):
        (folder / 'zone').write_text(zone if zone.startswith(';') else master(zone))
        ran = subprocess.run([program, 'inspect', *common, '--zone', 'zone', '--output', 'json', *more, domain],
                             cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        return ran.stdout, ran.stderr
    for number, (wanted, zone, argv, earlier, messages, domain) in enumerate(ROWS):
        folder = scratch / f'provoke{number}'
        (folder / 'mail').mkdir(parents=True)
        for n, message in enumerate(messages):
            (folder / 'mail' / f'{n}.eml').write_bytes(message)
        more = list(argv) + (['--messages', 'mail'] if messages else [])
        if earlier is not None:
            made_of = earlier if isinstance(earlier, str) and earlier != 'other' else zone
            base, _ = inspect(folder, made_of, 'other.example' if earlier == 'other' else domain,
                              ['--selector', 's1'] if callable(earlier) else [])
            (folder / 'base').write_text(earlier(base) if callable(earlier) else base)
            more += ['--baseline', 'base']
        text, stderr = inspect(folder, zone, domain, more)
        if not suite.check(f'provoked {wanted}: told', text.startswith('{'), stderr):
            continue
        one = json.loads(text)
        suite.none(f'provoked {wanted}: schema', [error.message for error in checker.iter_errors(one)])
        suite.none(f'provoked {wanted}: sentences', note(one, f'provoked: {wanted}'))
        suite.check(f'provoked {wanted}: said', any(each['id'] == wanted for each in one['findings']),
                    str([(each['id'], each['text']) for each in one['findings']]))
