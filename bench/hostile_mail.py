"""hostile_mail.py: messages designed to cost time or memory, for bench/hostile.

A shape can be made in any size, to see how its cost grows. A bomb is small and causes much work.
"""
import base64
import hashlib
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'testdata'))
from maker import zone as zones  # noqa: E402
from maker.mail import mail  # noqa: E402
from maker.seal import sealed  # noqa: E402

FIELD = 60000  # octets: below the limit of a field
FROM = b'From: a@evil.example\n'
REST = b'To: b@example.net\nSubject: x\nDate: Thu, 01 Jan 2026 00:00:00 +0000\nMessage-ID: <1@evil.example>\n'
BODY = b'\nHello.\n'
BH = base64.b64encode(hashlib.sha256(b'Hello.\r\n').digest()).decode()
EMPTY_BH = base64.b64encode(hashlib.sha256(b'').digest()).decode()
B = base64.b64encode(b'\x11' * 256).decode()
MANY = ('--max-fields', '100000')
HEADERS = ('--envelope', 'headers')

SHAPES, BOMBS = {}, {}


def shape(function):
    SHAPES[function.__name__.replace('_', '-')] = function
    return function


def bomb(function):
    BOMBS[function.__name__.replace('_', '-')] = function
    return function


def wrap(fields, body=BODY):
    return fields + FROM + REST + body


def fill(piece, size):
    return piece * (size // len(piece) + 1)


def fields_of(name, piece, size, start=b'', end=b''):
    """fields of that name, each below the limit, with that total size"""
    out = b''
    while len(out) < size:
        value = fill(piece, min(FIELD, size - len(out)))[:FIELD]
        out += name + b': ' + start + value + end + b'\n'
    return out


def from_of(piece, end, size):
    value = fill(piece, min(size, FIELD)) + end
    return b'From: ' + value + b'\n' + REST + fill(b'X: 1\n', size), (), ''


def dkim(h='from:to', s='s', d='evil.example', bh=BH, b=B, extra='', a='rsa-sha256'):
    return (f'DKIM-Signature: v=1; a={a}; c=relaxed/relaxed; d={d}; s={s}; {extra}bh={bh};\n'
            f' h={h}; b={b}\n').encode()


def key(bits=2048, exponent=65537):
    """a record with a modulus whose factors nobody knows"""
    rest = random.Random(bits * 7 + exponent)
    number = rest.getrandbits(bits) | 1 << bits - 1 | 1

    def integer(value):
        octets = value.to_bytes(value.bit_length() // 8 + 1, 'big')
        return b'\x02' + length(len(octets)) + octets

    def length(n):
        return bytes([n]) if n < 128 else bytes([0x82]) + n.to_bytes(2, 'big')

    inner = integer(number) + integer(exponent)
    return 'v=DKIM1; p=' + base64.b64encode(b'\x30' + length(len(inner)) + inner).decode()


ONE_KEY = 's._domainkey.evil.example TXT ' + key()

# shapes: (message, options, zone); an option that is a path is written by bench/hostile

@shape
def tiny_fields(size):
    return wrap(fill(b'A:\n', size)), MANY, ''


@shape
def fields_of_one_name_and_h(size):
    names = ':'.join(['from'] + ['x'] * 900)
    return wrap(dkim(names) * (size // 6000 + 1) + fill(b'X: 1\n', size // 2)), MANY, ONE_KEY


@shape
def h_of_many_names(size):
    return wrap(dkim('from' + ':a' * (FIELD // 2)) * (size // FIELD + 1)), (), ONE_KEY


@shape
def many_signatures(size):
    return wrap(fill(b'DKIM-Signature: v=1; d=a.evil.example\n', size)), MANY, ''


@shape
def long_names_in_h(size):
    name = 'x' * 900
    signatures = dkim('from:' + ':'.join([name] * 60)) * (size // 120000 + 1)
    return wrap(fill(name.encode() + b': 1\n', size // 2) + signatures), MANY, ONE_KEY


@shape
def tags_of_semicolons(size):
    return wrap(fields_of(b'DKIM-Signature', b';', size)), (), ''


@shape
def base64_with_blanks(size):
    start = b'v=1; a=rsa-sha256; d=evil.example; s=s; h=from; bh=AA==; b='
    return wrap(fields_of(b'DKIM-Signature', b'A ', size, start)), (), ''


@shape
def quotes_in_return_path(size):
    path = fill(b'\\"', min(size, FIELD))
    return b'Return-Path: <"' + path + b'\n' + wrap(fill(b'X: 1\n', max(0, size - FIELD))), HEADERS, ''


@shape
def quotes_in_mbox_line(size):
    return b'From ' + fill(b'"', size) + b' x\n' + wrap(b''), HEADERS, ''


@shape
def quotes_in_batch_smtp(size):
    path = fill(b'"', size // 2)
    return (b'HELO x\nMAIL FROM:<' + path[:500000] + b'>\nRCPT TO:<b@example.net>\nDATA\n' + wrap(b'') +
            fill(b'..line\n', size // 2) + b'.\n'), ('--envelope', 'bsmtp'), ''


@shape
def open_comments_in_from(size):
    return from_of(b'(', b' a@evil.example', size)


@shape
def comments_in_from(size):
    return from_of(b'(a)', b' a@evil.example', size)


@shape
def words_in_from(size):
    return from_of(b'=?x?q?a?= ', b'<a@evil.example>', size)


@shape
def addresses_in_from(size):
    return from_of(b'a@evil.example,', b'a@evil.example', size)


@shape
def groups_in_from(size):
    return from_of(b'a:;', b'', size)


@shape
def received_lines(size):
    line = b'Received: from a (b [127.0.0.1]) by c; Thu, 01 Jan 2026 00:00:00 +0000\n'
    return fill(line, size) + wrap(b''), HEADERS + MANY, ''


@shape
def comments_in_received(size):
    return fields_of(b'Received', b'(a)', size, b'from a ') + wrap(b''), HEADERS, ''


@shape
def open_comments_in_results(size):
    return wrap(fields_of(b'Authentication-Results', b'(', size)), (), ''


@shape
def junk_lines_like_results(size):
    return wrap(fill(b'Authentication-Results\x00: (mx.exampl\n', size)), MANY, ''


@shape
def bare_crs_in_header(size):
    return wrap(fields_of(b'X', b'\rAuthentication-Results: mx.exampl', size)), (), ''


@shape
def arc_fields(size):
    lines = b'ARC-Seal: i=1; a=rsa-sha256\nARC-Message-Signature: i=1\nARC-Authentication-Results: i=1; x\n'
    return wrap(fill(lines, size)), MANY, ''


@shape
def comments_in_arc_results(size):
    return wrap(fields_of(b'ARC-Authentication-Results', b'((', size, b'i=1')), (), ''


@shape
def empty_lines_in_body(size):
    return wrap(dkim(bh=EMPTY_BH), b'\n' + fill(b'\n', size)), (), ONE_KEY


@shape
def blanks_in_body(size):
    return wrap(dkim(), b'\n' + fill(b' \t', size)), (), ONE_KEY


@shape
def bare_crs_in_body(size):
    return wrap(dkim(), b'\n' + fill(b'\r', size)), (), ONE_KEY


@shape
def body_lengths(size):
    signatures = b''.join(dkim(extra=f'l={size // 16 * i}; ') for i in range(16))
    return wrap(signatures, b'\n' + fill(b'a line\n', size)), (), ONE_KEY


@shape
def comments_in_date(size):
    date = fields_of(b'Date', b'(', min(size, FIELD))
    return date + wrap(fill(b'X: 1\n', max(1, size - FIELD))), ('--now', 'message'), ''


@shape
def escapes_in_preamble(size):
    return (b'mailstamp-envelope=1\nclient_address=203.0.113.9\nsender=' + fill(b'%22', min(size, 400000)) +
            b'\n\n' + wrap(fill(b'X: 1\n', size // 2))), ('--envelope', 'stdin'), ''


@shape
def mbox_of_from_lines(size):
    return fill(b'From a\n\n', size), ('batch',), ''


@shape
def mbox_of_one_line(size):
    return b'From a\n' + FROM + b'\n' + fill(b'>From', size), ('batch',), ''


ATTACHED = ('batch', '--attached')
MULTIPART = b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n'


@shape
def attached_parts(size):
    return wrap(MULTIPART, b'\n' + fill(b'--b\n\nx\n', size)), ATTACHED, ''


@shape
def attached_messages(size):
    return wrap(MULTIPART, b'\n' + fill(b'--b\nContent-Type: message/rfc822\n\nA: b\n\nx\n', size)), ATTACHED, ''


@shape
def attached_in_attached(size):
    text = b''.join(b'--b%d\nContent-Type: message/rfc822\n\nA: b\nContent-Type: multipart/mixed; boundary=b%d\n\n' %
                    (i, i + 1) for i in range(45))
    return wrap(MULTIPART.replace(b'=b', b'=b0'), b'\n' + text + fill(b'--\n\n', size)), ATTACHED, ''


@shape
def attached_fields(size):
    return wrap(MULTIPART, b'\n--b\n' + fill(b'A:\n', size)), ATTACHED, ''


@shape
def attached_parameters(size):
    return wrap(MULTIPART, b'\n' + fill(b'--b\nContent-Type: text/plain' + b';a=b' * 15000 + b'\n\n', size)), ATTACHED, ''


@shape
def attached_folds(size):
    return wrap(MULTIPART, b'\n--b\nContent-Type: text/plain;\n' + fill(b' a=b;\n', size)), ATTACHED, ''


@shape
def attached_boundaries(size):
    return wrap(fill(b'X: boundary="b";\n', size) + MULTIPART, b'\n--b\n'), ATTACHED + MANY, ''


# bombs: the same triple

def flood(name, n, text):
    return ''.join(f'{name} TXT {text} n={i}\n' for i in range(n))


@bomb
def eleven_hundred_keys():
    return wrap(dkim() * 16), (), flood('s._domainkey.evil.example', 1100, 'v=DKIM1; p=AA;')


@bomb
def keys_of_a_hundred_tags():
    tags = ';'.join(f'a{i}' for i in range(60))
    return wrap(dkim() * 16), (), flood('s._domainkey.evil.example', 200, tags + ';')


@bomb
def ten_keys_at_each_of_sixteen_names():
    text = 'v=DKIM1; p=' + 'A' * 3000 + ';'
    return (wrap(b''.join(dkim(s=f's{i}') for i in range(16))), (),
            ''.join(flood(f's{i}._domainkey.evil.example', 10, text) for i in range(16)))


def sizes(bits, exponent, n=10, signatures=16):
    b = base64.b64encode(b'\x11' * (bits // 8)).decode()
    zone = ''.join(f's._domainkey.evil.example TXT {key(bits, exponent + 2 * i)}\n' for i in range(n))
    return wrap(dkim(b=b) * signatures), (), zone


@bomb
def keys_of_8192_bits():
    return sizes(8192, 65537)


@bomb
def keys_of_8192_bits_with_exponents_of_32():
    return sizes(8192, 0xffffff01)


@bomb
def exponents_of_64_bits():
    return sizes(8192, 0xffffffffffffff01)


@bomb
def exponents_as_long_as_the_key():
    return sizes(4096, (1 << 4000) + 1)


@bomb
def keys_of_16384_bits_allowed():
    message, _, zone = sizes(16384, 0xffffff01)
    return message, ('--rsa-max-bits', '16384'), zone


@bomb
def thousand_signatures_allowed():
    message, _, zone = sizes(4096, 0xffffff01, 10, 900)
    return message, ('--max-signatures', '1000'), zone


@bomb
def ed25519_keys():
    points = ''.join('s._domainkey.evil.example TXT v=DKIM1; k=ed25519; p=' +
                     base64.b64encode(bytes([i]) * 32).decode() + '\n' for i in range(10))
    return wrap(dkim(a='ed25519-sha256', b=base64.b64encode(b'\x11' * 64).decode()) * 16), (), points


def chain(sets, sealer=('rsa-b', 'rsa-b'), distinct=False):
    message = mail(author='a@evil.example').signed(d='evil.example', s='s1')
    for i in range(sets):
        message = sealed(message, 'x', key=sealer[i % 2], d=f's{i}.evil.example' if distinct else 'evil.example',
                         s='arc')
    return message


@bomb
def fifty_sets():
    return chain(50).bytes(), (), 'arc._domainkey.evil.example KEY rsa-b\ns1._domainkey.evil.example KEY rsa-a\n'


@bomb
def fifty_sets_of_many_names():
    names = ''.join(f'arc._domainkey.s{i}.evil.example KEY rsa-b\n' for i in range(50))
    return chain(50, distinct=True).bytes(), (), names


@bomb
def fifty_sets_with_ten_keys():
    zone = 'arc._domainkey.evil.example KEY rsa-b\n' + ''.join(
        f'arc._domainkey.evil.example TXT {key(8192, 0xffffff01 - 2 * i)}\n' for i in range(9))
    return chain(50).bytes(), (), zone


@bomb
def fifty_sets_of_large_keys():
    return chain(50, ('rsa-4096', 'rsa-4096')).bytes(), (), 'arc._domainkey.evil.example KEY rsa-4096\n'


@bomb
def signed_header_sixteen_times():
    fields = fields_of(b'X', b'a b  ', 900000)
    return wrap(dkim('from' + ':x' * 20) * 16 + fields), (), ONE_KEY


@bomb
def signed_header_by_fifty_sets():
    message = mail(author='a@evil.example').topped(*['X: ' + 'a b  ' * 10000 for _ in range(16)])
    for i in range(50):
        message = sealed(message, 'x', key='rsa-b', d='evil.example', s='arc', h=('from',) + ('x',) * 16)
    return message.bytes(), (), 'arc._domainkey.evil.example KEY rsa-b\n'


@bomb
def spf_of_a_hundred_questions():
    zone = 'evil.example TXT v=spf1 ' + ' '.join(f'mx:m{i}.evil.example' for i in range(10)) + ' -all\n'
    for i in range(10):
        zone += ''.join(f'm{i}.evil.example MX 10 h{i}x{j}.evil.example\n' for j in range(10))
        zone += ''.join(f'h{i}x{j}.evil.example A 192.0.2.{j}\n' for j in range(10))
    return wrap(b''), (), zone


@bomb
def spf_macros():
    macro = '%{l1r-}' * 30
    return wrap(b''), ('--mail-from', 'a-' * 30 + 'b@evil.example'), 'evil.example TXT v=spf1 ' + ' '.join(
        f'exists:{macro}.x{i}.example' for i in range(2)) + ' -all\n'


@bomb
def spf_record_of_64_kilobytes():
    terms = ' '.join(f'ip4:192.0.2.{i % 256}' for i in range(3500))
    return wrap(b''), (), f'evil.example TXT v=spf1 {terms} -all\n'


@bomb
def dmarc_records_by_the_hundred():
    return wrap(b''), (), flood('_dmarc.evil.example', 500, 'v=DMARC1; p=reject;')


@bomb
def dmarc_record_of_uris():
    uris = ','.join(['mailto:a@evil.example'] * 2500)
    return wrap(b''), (), f'_dmarc.evil.example TXT v=DMARC1; p=reject; rua={uris}\n'


@bomb
def wide_ids():
    return wrap(fields_of(b'Authentication-Results', '\uff4d\uff58\u3002'.encode(), 900000)), (), ''


@bomb
def names_in_d():
    name = '.'.join(['xn--' + 'a' * 50] * 4)
    return wrap(b''.join(dkim(d=f'{name}.e{i}.example') for i in range(900))), (), ''


@bomb
def wide_names_in_d():
    return wrap(b''.join(dkim(d='\u00fc' * 500 + f'.e{i}.example') for i in range(700))), (), ''


def zone_text(lines):
    """the master file; with the usual policy if it has no record of evil.example"""
    for name, record in (('_dmarc.evil.example ', '_dmarc.evil.example TXT v=DMARC1; p=reject\n'),
                         ('\nevil.example ', 'evil.example TXT v=spf1 -all\n')):
        if name not in '\n' + lines:
            lines += ('' if lines.endswith('\n') or not lines else '\n') + record
    return zones.master(lines)
