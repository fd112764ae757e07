"""generated.py: generated records with errors: what inspect proposes, overlaid on DNS, removes the finding and adds no error."""
import json
import pathlib
import random
import subprocess

ZONES, SEED = 250, 14
TERMS = '''ip4:192.0.2.1 ip4:10.0.0.0/8 ip4:192.0.2.0/24 ip6:2001:db8::/32 a mx a:h.example.com include:i.example.com
    include:none.example.com include:loop.example.com include:bad.example.com ptr exists:%{i}.x.example.com ipv4:192.0.2.7 ip4:192.0.2.999
    redirect=i.example.com exp=e.example.com all -all ~all ?all +all mx:mail.example.com a:192.0.2.5 ip4:192.0.2.1, INCLUDE:i.example.com
    ?include:i.example.com -ip4:192.0.2.4 a/24 a//64 foo=bar all. ip4:203.0.113.0/0'''.split() + ['include: i.example.com', 'ip4: 192.0.2.8']
TAGS = '''p=none p=reject p=quarantine p=monitor sp=none sp=reject np=reject pct=0 pct=50 pct=100 pct=200 t=y t=n adkim=s aspf=s adkim=x
    rua=mailto:d@example.com rua=d@example.com rua=mailto:d@other.example rua=https://x.example/ ruf=mailto:f@example.com fo=1 ri=86400
    psd=y psd=n x=y rf=afrf'''.split() + ['p = reject']
SPF_STARTS = ['v=spf1 '] * 8 + ['v=spf1  ', 'V=SPF1 ', 'v=spf1', 'spf1 ', '"v=spf1 ', 'v=spf2 ']
DMARC_STARTS = ['v=DMARC1; '] * 9 + ['v=DMARC1;', 'v=DMARC1, ', 'v=dmarc1; ', 'DMARC1; ', 'v=DMARC1\\; ', '"v=DMARC1; ']
FIXED = '''i.example.com. TXT "v=spf1 ip4:198.51.100.0/24 -all"
loop.example.com. TXT "v=spf1 include:loop.example.com -all"
bad.example.com. TXT "v=spf1 ipv4:192.0.2.3 -all"
h.example.com. A 192.0.2.77
mail.example.com. A 192.0.2.78
'''
MAIL = ['example.com. MX 5 mail.example.com.\n'] * 3 + ['', 'example.com. MX 0 .\n', 'example.com. A 192.0.2.3\n']


def text(name, record):
    data = record.encode()
    strings = ' '.join('"' + ''.join(chr(c) if 32 <= c < 127 and c not in b'"\\' else f'\\{c:03d}' for c in data[i:i + 255]) + '"'
                       for i in range(0, max(len(data), 1), 255))
    return f'{name}. TXT {strings}\n'


def zone(rng):
    out = FIXED + rng.choice(MAIL)
    for _ in range(rng.choice([1] * 7 + [0, 2, 3])):
        glue = rng.choice([' '] * 9 + ['  ', ', '])
        out += text('example.com', rng.choice(SPF_STARTS) + glue.join(rng.choices(TERMS, k=rng.randrange(14))))
    for _ in range(rng.choice([1] * 7 + [0, 2])):
        glue = rng.choice(['; '] * 9 + [';', ', ', '\\; '])
        out += text('_dmarc.example.com', rng.choice(DMARC_STARTS) + glue.join(rng.choices(TAGS, k=rng.randrange(6))))
    return out


def inspected(program, common, path, *more):
    ran = subprocess.run([program, 'inspect', *common, '--output', 'json', '--zone', path, *more, 'example.com'],
                         capture_output=True, text=True, timeout=60, check=False)
    return [json.loads(line) for line in ran.stdout.splitlines()][0]['findings']


def errors(found):
    return [each['id'] for each in found if each['level'] == 'error']


def run(suite, program, scratch, common):
    """common: options that are the same in all calls, without --zone and --output"""
    rng, wrong, proposals = random.Random(SEED), [], 0
    path, over = pathlib.Path(scratch) / 'generated', pathlib.Path(scratch) / 'over'
    for _ in range(ZONES):
        path.write_text(zone(rng))
        before = inspected(program, common, path)
        for each in before:
            if not each.get('record_should_be'):
                continue
            proposals += 1
            over.write_text(text(each['name'], each['record_should_be']))
            after = inspected(program, common, path, '--overlay', over)
            new = [name for name in errors(after) if errors(after).count(name) > errors(before).count(name)]
            if new or (each['id'], each['text']) in [(one['id'], one['text']) for one in after]:
                wrong.append(f'{each["id"]}: {each["record_should_be"]}: {new}: {path.read_text()}')
    suite.none('generated records: each proposal does what is said of it', wrong[:3])
    suite.check('generated records: there were proposals', proposals > ZONES / 3, proposals)
    print(f'{ZONES} generated zones: {proposals} proposals, {len(wrong)} of them wrong')
