"""hostile_diagnose.py: messages whose broken signature is expensive to explain, for batch --diagnose; they join
those of hostile_mail.py."""
from hostile_mail import SHAPES, bomb, fill, mail, shape


def broken(body):
    """a signature over another body, for batch --diagnose"""
    start = mail().signed()
    start.body = body.replace(b'\n', b'\r\n')
    return start.bytes()


DIAGNOSE = ('batch', '--diagnose')
SIGNED = 's1._domainkey.example.com KEY rsa-a'


@shape
def diagnose_parts(size):
    return broken(b'MIME-Version: 1.0\n' + fill(b'--a\n\nx\n', size)), DIAGNOSE, SIGNED


@shape
def diagnose_nested_parts(size):
    pieces, n = [], 0
    while n < size:
        pieces.append(b'--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n' % (len(pieces), len(pieces) + 1))
        n += len(pieces[-1])
    start = mail().replaced('Content-Type', 'multipart/mixed; boundary=b0').signed()
    start.body = b''.join(pieces).replace(b'\n', b'\r\n')
    return start.bytes(), DIAGNOSE, SIGNED


@shape
def diagnose_base64(size):
    start = mail().topped('Content-Transfer-Encoding: base64').signed()
    start.body = fill(b'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\r\n', size)
    return start.bytes(), DIAGNOSE, SIGNED


@shape
def diagnose_line_ends(size):
    start = mail().signed()
    start.body = fill(b'\r\n', size)
    return start.bytes(), DIAGNOSE, SIGNED


@shape
def diagnose_short_lines_and_a_long_subject(size):
    start = mail().signed()
    start.body = fill(b'x y\r\n', size * 7 // 8)
    subject = b'Subject: [a] [b] Re: Fwd: ' + fill(b'=?utf-8?b?w6nDqcOp?=\r\n ', min(size // 8, 20000)) + b'x'
    return start.bytes().replace(b'Subject:', subject, 1), DIAGNOSE, SIGNED


@bomb
def mime_of_a_hundred_levels():
    return SHAPES['diagnose-nested-parts'](300000)
