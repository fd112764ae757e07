"""seal.py: a small ARC sealer (RFC 8617 5.1), written for test data: it seals whatever it is given."""

import base64
import re

from maker import keys, sign
from maker.mail import NOW

NAMES = (b'arc-authentication-results', b'arc-message-signature', b'arc-seal')
COVERED = ('from', 'to', 'subject', 'date', 'message-id')


def place(field):
    """(instance, position within its set) of a field of ARC, or None"""
    name, value = field.split(b':', 1)
    if name.strip().lower() not in NAMES:
        return None
    instance = re.search(rb'(?:^|;)\s*i\s*=\s*(\d+)', value)
    return int(instance.group(1)) if instance else 0, NAMES.index(name.strip().lower())


def chain(fields):
    """The sets in order, each as results, message signature, seal (RFC 8617 5.1.1)."""
    return sorted((each for each in fields if place(each)), key=place)


def seal(fields, i, key, d, s, cv, change=None, extra=(), drop=()):
    """The seal (bytes with CRLF) over all sets of these fields. change, drop, extra: as in sign."""
    algorithm = 'ed25519-sha256' if keys.is_ed25519(key) else 'rsa-sha256'
    tags = [('i', str(i)), ('a', algorithm), ('cv', cv), ('d', d), ('s', s), ('t', str(NOW - 30))]
    tags += list(extra) + [('b', '')]
    change = change or {}
    tags = [(tag, change.get(tag, value)) for tag, value in tags if tag not in drop]
    unsigned = b'ARC-Seal:' + sign.fold(tags).encode() + b'\r\n'
    # RFC 8617 5.1.2: the seal over a broken chain covers only its own set
    covered = [each for each in chain(fields) if cv != 'fail' or place(each)[0] == i]
    data = b''.join(sign.relax_field(each) for each in covered) + sign.relax_field(unsigned)[:-2]
    b = base64.b64encode(sign.raw_signature(key, algorithm, data)).decode()
    pieces = [b[k:k + 68] for k in range(0, len(b), 68)]
    return unsigned[:-2] + '\r\n\t '.join([''] + pieces).encode() + b'\r\n'


def sealed(mail, results, i=None, key='rsa-b', d='lists.example.org', s='arc', cv=None,
           h=COVERED, message=None, **options):
    """The mail with one more set on top, as its newest instance. results: the text after the instance in
    ARC-Authentication-Results; message: further options of the message signature.
    """
    i = i or 1 + max([place(each)[0] for each in mail.fields if place(each)], default=0)
    cv = cv or ('none' if i == 1 else 'pass')
    new = mail.topped('ARC-Authentication-Results: i=%d; %s' % (i, results))
    own = dict({'t': NOW - 30, 'drop': ('v',)}, **(message or {}))
    ams = sign.signature(new.fields, new.body or b'', key, d, s, i=i, h=h,
                         name='ARC-Message-Signature', **own)
    new = new.topped(ams)
    return new.topped(seal(new.fields, i, key, d, s, cv, **options))
