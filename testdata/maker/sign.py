"""sign.py: a small DKIM signer (RFC 6376, RFC 8463), written for test data.

It signs whatever it is given, right or wrong: tags can be changed, dropped or added before the hash is
computed, so that the signature is valid except for the one thing that a case is about.
"""

import base64
import hashlib
import re

from maker import keys

USUAL = ('from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'content-type')


def relax_field(field):
    """field: bytes `Name: value CRLF` with folds (RFC 6376 3.4.2)."""
    name, value = field.split(b':', 1)
    value = value.replace(b'\r\n', b'')
    value = re.sub(rb'[ \t]+', b' ', value).strip(b' ')
    return name.strip(b' \t').lower() + b':' + value + b'\r\n'


def canon_body(body, canon):
    """body: bytes with CRLF line ends (RFC 6376 3.4.3, 3.4.4)."""
    if canon == 'relaxed':
        body = re.sub(rb'[ \t]+(?=\r\n|\Z)', b'', body)
        body = re.sub(rb'[ \t]+', b' ', body)
        body = re.sub(rb'(\r\n)+\Z', b'', body)
        return body + b'\r\n' if body else b''
    return re.sub(rb'(\r\n)*\Z', b'', body, count=1) + b'\r\n'


def choose(fields, h):
    """The fields that h names: the last instance first, then those above it (RFC 6376 5.4.2)."""
    left = {}
    for field in fields:
        name = field.split(b':', 1)[0].strip(b' \t').lower().decode('latin-1')
        left.setdefault(name, []).append(field)
    chosen = []
    for name in h:
        stack = left.get(name.strip().lower())
        if stack:
            chosen.append(stack.pop())
    return chosen


def raw_signature(key, algorithm, data):
    """key: the name of one of testdata/keys/, or, to forge without a key, a function of the data"""
    if callable(key):
        return key(data)
    if keys.is_ed25519(key):
        return keys.sign(key, hashlib.sha256(data).digest())  # RFC 8463 3
    return keys.sign(key, data, 'sha1' if algorithm.endswith('sha1') else 'sha256')


def fold(tags, width=76):
    """`a=b; c=d` in lines: the text after `DKIM-Signature:`, without the last line end."""
    out, line = '', ' '
    for i, (name, value) in enumerate(tags):
        part = '%s=%s%s' % (name, value, ';' if i + 1 < len(tags) else '')
        if len(line) > 1 and len(line) + len(part) + (15 if not out else 0) > width:
            out, line = out + line.rstrip(' ') + '\r\n', '\t'
        if name in ('b', 'bh') and len(part) > width:
            pieces = [part[k:k + width - 8] for k in range(0, len(part), width - 8)]
            part = '\r\n\t '.join(pieces)
        line += part + ' '
    return out + line.rstrip(' ')


def signature(fields, body, key, d, s, c='relaxed/relaxed', h=USUAL, a=None, i=None, l=None,
              t=None, x=None, q=None, change=None, drop=(), extra=(), name='DKIM-Signature',
              layout=fold):
    """
    The whole signature field (bytes with CRLF) for the message of these fields and this body.

    change: {tag: value} to use instead of the right value; drop: tags left out; extra:
    (tag, value) pairs added before bh=. All of these are covered by the signature itself.
    """
    header_canon, _, body_canon = c.partition('/')
    body_canon = body_canon or 'simple'
    algorithm = a or ('ed25519-sha256' if keys.is_ed25519(key) else 'rsa-sha256')
    canonical = canon_body(body, body_canon)
    if l is not None:
        canonical = canonical[:l]
    make = hashlib.sha1 if algorithm.endswith('sha1') else hashlib.sha256
    tags = [('v', '1'), ('a', algorithm), ('c', c), ('d', d), ('s', s)]
    for tag, value in (('i', i), ('l', l), ('q', q), ('t', t), ('x', x)):
        if value is not None:
            tags.append((tag, str(value)))
    tags.append(('h', ':'.join(h)))
    tags.extend(extra)
    tags.append(('bh', base64.b64encode(make(canonical).digest()).decode()))
    tags.append(('b', ''))
    change = change or {}
    tags = [(tag, change.get(tag, value)) for tag, value in tags if tag not in drop]
    # a surrogate represents an octet that is not UTF-8
    unsigned = (name + ':' + layout(tags)).encode('utf-8', 'surrogateescape') + b'\r\n'

    relaxed = header_canon == 'relaxed'
    data = b''.join(relax_field(f) if relaxed else f for f in choose(fields, h))
    own = relax_field(unsigned) if relaxed else unsigned
    data += own[:-2]
    if 'b' in drop:
        return unsigned
    b = change.get('b') or base64.b64encode(raw_signature(key, algorithm, data)).decode()
    # the value of b= is the end of the field: filling it in changes nothing before it
    pieces = [b[k:k + 68] for k in range(0, len(b), 68)]
    return unsigned[:-2] + '\r\n\t '.join([''] + pieces).encode() + b'\r\n'
