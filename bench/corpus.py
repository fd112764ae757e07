"""corpus.py: a corpus for measuring: signed mail of every size, its envelopes, its DNS and the right results.

The same octets on every run: sizes and texts come from a seed, the keys are those of testdata. It is signed
by testdata's own signer, so that mailstamp is not measured against itself.
"""
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / 'testdata'))
from maker import keys, seal  # noqa: E402
from maker.mail import DATE, NOW, Mail  # noqa: E402

DOMAINS = 200
KEYS = ('rsa-a', 'rsa-b', 'rsa-c', 'rsa-a', 'rsa-1024', 'ed-a')  # by domain
WORDS = ('the order has left our house and should arrive tomorrow please find the invoice of this month '
         'in the attachment of this message with kind regards from your customer service team').split()
CANONS = ('relaxed/relaxed',) * 6 + ('relaxed/simple', 'simple/simple')
CLIENT, OTHER = '203.0.113.7', '198.51.100.9'


def domain(n):
    return f'd{n:03}.example'


def key_of(n):
    return KEYS[n % len(KEYS)]


def text_of(rng, size):
    """lines as people write them: blank lines, runs of spaces, spaces at a line's end"""
    lines, n = [], 0
    while n < size:
        line = ' '.join(rng.choice(WORDS) for _ in range(rng.randrange(4, 13)))
        kind = rng.randrange(20)
        line = '' if kind == 0 else line + ' ' if kind == 1 else '  \t' + line if kind == 2 else line
        lines.append(line)
        n += len(line) + 2
    return '\n'.join(lines) + '\n'


def base64_of(rng, size):
    alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    block = [''.join(rng.choices(alphabet, k=76)) for _ in range(64)]
    return '\n'.join(block[i % 64] for i in range(max(1, size // 78))) + '\n'


def body_of(rng):
    size = min(4 << 20, int(rng.lognormvariate(10.3, 1.3)))
    return text_of(rng, size) if size < 40000 or rng.randrange(3) == 0 else text_of(rng, 3000) + base64_of(rng, size)


def message(rng, i):
    """(octets, envelope, the right results: spf, dkim, dmarc, arc)"""
    n = rng.randrange(DOMAINS)
    d = domain(n)
    fields = [f'From: Customer Service <service@{d}>', 'To: someone@example.net', f'Subject: number {i}',
              f'Date: {DATE}', f'Message-ID: <{i}@{d}>', 'MIME-Version: 1.0', 'Content-Type: text/plain']
    fields += [f'X-Header-{k}: {" ".join(rng.choice(WORDS) for _ in range(8))}' for k in range(rng.randrange(12))]
    mail = Mail(fields, body_of(rng))
    signatures = rng.choices((0, 1, 2, 3), (7, 65, 26, 2))[0]
    for k in range(signatures):
        mail = mail.signed(key_of(n + k), d if k == 0 else domain((n + k) % DOMAINS), 's', c=rng.choice(CANONS))
    arc = 'none'
    if rng.randrange(6) == 0:
        for _ in range(rng.randrange(1, 4)):
            mail, arc = seal.sealed(mail, f'lists.example.org; spf=pass smtp.mailfrom=service@{d}'), 'pass'
    good = arc == 'pass' or rng.randrange(8) > 0
    if not good and signatures > 0:
        mail.body = mail.body.replace(b'the ', b'The ', 1)
        good = mail.body.find(b'The ') < 0
    client = CLIENT if rng.randrange(6) > 0 else OTHER
    spf = 'pass' if client == CLIENT else 'fail'
    dkim = 'none' if signatures == 0 else 'pass' if good else 'fail'
    dmarc = 'pass' if 'pass' in (spf, dkim) else 'fail'
    return mail.bytes('\r\n'), (client, f'mx.{d}', f'bounce@{d}'), (spf, dkim, dmarc, arc)


def quoted(text):
    return ' '.join(f'"{text[k:k + 255]}"' for k in range(0, len(text), 255))


def zone():
    lines = ['$ORIGIN .', '$TTL 3600', '. IN SOA ns.example. host.example. 1 3600 600 86400 300', '. IN NS ns.example.',
             'ns.example. IN A 127.0.0.1', f'arc._domainkey.lists.example.org. IN TXT {quoted(keys.record("rsa-b"))}',
             '_spf.example. IN TXT "v=spf1 ip4:192.0.2.0/24 ip4:203.0.113.0/24 -all"']
    for n in range(DOMAINS):
        d = domain(n)
        # a signature of another domain is made with the key for its position, so that each domain has all
        # keys
        lines += [f'{d}. IN TXT "v=spf1 include:_spf.example -all"', f'_dmarc.{d}. IN TXT "v=DMARC1; p=reject"']
        lines += [f's._domainkey.{d}. IN TXT {quoted(keys.record(key_of(n)))}']
    return '\n'.join(lines) + '\n'


def make(folder, count, seed=1):
    """Into folder: msg/, envelopes.tsv, zone, truth.tsv."""
    folder, rng = pathlib.Path(folder), random.Random(seed)
    (folder / 'msg').mkdir(parents=True)
    envelopes, truth = [], []
    for i in range(count):
        octets, envelope, right = message(rng, i)
        name = f'msg/{i:05}.eml'
        (folder / name).write_bytes(octets)
        envelopes.append('\t'.join((name, *envelope)))
        truth.append('\t'.join((name, *right)))
    (folder / 'envelopes.tsv').write_text('\n'.join(envelopes) + '\n')
    (folder / 'truth.tsv').write_text('\n'.join(truth) + '\n')
    (folder / 'zone').write_text(zone())


def now():
    return str(NOW)
