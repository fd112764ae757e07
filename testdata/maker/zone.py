"""zone.py: short zone text -> RFC 1035 master file.

One record a line, `NAME TYPE DATA`, names absolute without the dot:

    example.com TXT v=spf1 ip4:192.0.2.1 -all      all of the rest is one text, quoted and split
    example.com TXT2 first part|second part        two character-strings as they stand
    example.com ESCAPED v=DKIM1;\\r\\n n=\\xe9    a text with Python's escapes, for any octets
    s1._domainkey.example.com KEY rsa-a [TAGS]     a key record; TAGS stand instead of v= and k=
    s1._domainkey.example.com PKCS1 rsa-a          the same with p= as an RSAPublicKey
    !TIMEOUT example.com TXT                       the pragmas, also !SERVFAIL !NODATA !NXDOMAIN
"""

from maker import keys

TARGET = ('CNAME', 'PTR', 'NS')


def quote(text):
    data = text if isinstance(text, bytes) else text.encode()
    parts = [data[i:i + 255] for i in range(0, len(data), 255)] or [b'']
    return ' '.join(quote_part(p) for p in parts)


def quote_part(part):
    out = ''
    for byte in part:
        if byte in b'"\\':
            out += '\\' + chr(byte)
        elif 32 <= byte < 127:
            out += chr(byte)
        else:
            out += '\\%03d' % byte
    return '"' + out + '"'


def absolute(name):
    return name if name.endswith('.') else name + '.'


def line(text):
    """One line of short zone text in the form of a master file."""
    if text.startswith('!'):
        pragma, name, *kind = text.split()
        return ' '.join([';' + pragma, absolute(name)] + kind)
    name, kind, *rest = text.split(None, 2)
    data = rest[0] if rest else ''
    if kind == 'TXT':
        data = quote(data)
    elif kind == 'ESCAPED':
        kind, data = 'TXT', quote(data.encode().decode('unicode_escape').encode('latin-1'))
    elif kind == 'TXT2':
        kind, data = 'TXT', ' '.join(quote_part(p.encode()) for p in data.split('|'))
    elif kind in ('KEY', 'PKCS1'):
        key, _, tags = data.partition(' ')
        kind, data = 'TXT', quote(keys.record(key, tags or None, kind == 'PKCS1'))
    elif kind in TARGET:
        data = absolute(data)
    elif kind == 'MX':
        preference, target = data.split()
        data = preference + ' ' + absolute(target)
    return '%s IN %s %s' % (absolute(name), kind, data)


def master(text):
    lines = [each.strip() for each in text.splitlines()]
    return '$TTL 3600\n' + ''.join(line(each) + '\n' for each in lines if each)
