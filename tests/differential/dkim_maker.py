"""dkim_maker.py: a message with one signature, and its key record, at random: mostly valid ones with everything that
RFC 6376 allows and forbids in them, then, for a part of them, octets changed after signing.
"""
import base64
import hashlib

from maker import keys, sign

PAST, OLD, AHEAD = 1600000000, 1609459200, 4102444800   # 2020, 2021, 2100: all clocks agree about these
NAMES = ['To', 'Subject', 'Date', 'Message-ID', 'Cc', 'Reply-To', 'MIME-Version', 'Content-Type', 'X-A', 'x-b', 'List-Id',
         'Received', 'Sender', 'X-Very-Long-Name-' + 'n' * 40, 'X_1', 'X.Y', "X!#$%&'*+^`|~", 'DKIM-Signatures', 'Fro', 'Froma']
WORDS = [b'a', b'word', b'two words', b'x@y.example', b'<i@x.example>', b'=?utf-8?q?=C3=A9?=', 'é'.encode(), b'\xe9', b';', b':',
         b'"quoted"', b'(c)', b'b=', b'bh=', b'0', b'.', b'..', b'-', b'A' * 80, b'n' * 998, b'k' * 3000, b'\x0b', b'\x0c', b'\x01',
         b'\x7f', b'=20', b'\\', b'From', b'v=1; b=x;']
GAPS = [b' '] * 8 + [b'  ', b'\t', b' \t', b'\r\n ', b'\r\n\t', b'\r\n  \t', b' \r\n ', b'\t\r\n\t ', b'\r\n \r\n ', b'']
LINES = [b'', b'', b'text', b'a b', b'a  b', b'a\tb', b' leading', b'trailing ', b'trailing\t', b'trailing \t ', b' ', b'\t', b'  \t',
         b'.', b'..', b'-- ', b'\xe9', 'é'.encode(), b'>From x', b'From x', b'--b', b'x' * 997, b'y' * 5000, b'\x0b', b'\x0c', b'\x00',
         b'a \x0c', b'=20', b'Subject: x', b'a' + b' ' * 300 + b'b']
ENDS = [b'\r\n'] * 6 + [b'', b'\r\n\r\n', b'\r\n\r\n\r\n', b' \r\n', b'\r\n \r\n', b'\r\n\t', b' ', b'\r\n' * 20, b'\r', b'\n', b'\r\r\n']
OTHERS = [b'DKIM-Signature: v=1; a=rsa-sha256; d=other.example; s=s; h=from;\r\n\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n',
          b'dkim-signature:v=1;b=\tBBBB;bh=n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=;h=to:from;\r\n s=s;d=a.example;a=rsa-sha256;c=relaxed\r\n',
          b'DKIM-Signature: x\r\n']
KEYS = ['rsa-a', 'rsa-a', 'rsa-b', 'rsa-1024', 'ed-a', 'ed-b', 'rsa-4096', 'rsa-1023', 'rsa-512']
ALPHABET = [b' ', b'\t', b'\r\n', b'\r\n ', b'\n', b'\r', b';', b':', b'=', b'a', b'A', b'0', b'\x00', b'\x0b', b'\xe9', b'\xc3\xa9', b'.',
            b',', b'/', b'+', b'\r\n\r\n', b'  ', b'\r\n\t', b'@', b'_', b'"']


def chance(rng, share):
    return rng.random() < share


class Message:
    """octets: the message; keys: {name: the text of its key record}"""

    def __init__(self, rng, index):
        self.rng = rng
        self.odd = rng.choice([0, 0, 0.3, 0.6, 1])   # how many of the forms that are seldom written
        self.key = rng.choice(KEYS if chance(rng, self.odd) else KEYS[:6])
        self.domain = self.oddly(0.3, f'd{index}.example', [f'D{index}.Example', f'a.d{index}.example', f'1{index}.example', f'x_y.d{index}.example',
                                                          f'xn--bcher-kva.d{index}.example', f'd{index}.example.', f'd{index}'])
        self.selector = self.oddly(0.3, 's', ['S1', 'a.b', '1', 's-1', 's_1', '_s', '-s', 's.', 'xn--s', 'k' * 63, 'k' * 64])
        self.keys = {f'{self.selector}._domainkey.{self.domain}'.lower().rstrip('.'): self.record()}
        if any(len(label) > 63 or not label for label in next(iter(self.keys)).split('.')) or chance(rng, 0.01):
            self.keys = {}
        fields = self.fields()
        body = self.body()
        signature = self.sign(fields, body)
        place = 0 if chance(rng, 0.8) else rng.randrange(len(fields) + 1)
        octets = b''.join(fields[:place] + [signature] + fields[place:]) + b'\r\n' * (not chance(rng, 0.01)) + body
        self.octets = self.changed(octets) if chance(rng, 0.35) else octets

    def oddly(self, share, usual, others):
        return self.rng.choice(others) if chance(self.rng, share * self.odd) else usual

    def value(self):
        rng, out = self.rng, b''
        for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 5, 9])):
            word = rng.choice(WORDS[:18] if chance(rng, 0.9) else WORDS)
            out += (rng.choice(GAPS) if out else b'') + word
        return out + (rng.choice(GAPS) if chance(rng, 0.2) else b'')

    def field(self, name):
        rng = self.rng
        if chance(rng, 0.2):
            name = rng.choice([name.upper(), name.lower(), name.swapcase()])
        colon = rng.choice([b': '] * 6 + [b':', b':\t', b':  ', b':\r\n ', b': \r\n\t'])
        colon = self.oddly(0.04, colon, [b' :', b'\t: '])
        return name.encode() + colon + self.value() + b'\r\n'

    def fields(self):
        rng = self.rng
        fields = [self.field(rng.choice(NAMES)) for _ in range(rng.choice([0, 1, 2, 3, 4, 6, 10]))]
        for _ in range(rng.choice([1] * 20 + [0, 2, 3])):
            place = rng.randrange(len(fields) + 1)
            fields.insert(place, rng.choice([b'From: ', b'from:', b'FROM: A <', b'From:\r\n ']) + b'joe@d.example\r\n')
        if fields and chance(rng, 0.2):
            fields.insert(rng.randrange(len(fields) + 1), rng.choice(fields))
        for _ in range(rng.choice([0, 0, 0, 0, 0, 0, 1, 2])):     # of other signers; mostly the one on top is ours
            fields.insert(rng.randrange(len(fields) + 1), OTHERS[rng.choice([0, 0, 0, 1, 1, 2])])
        return fields

    def body(self):
        rng = self.rng
        if chance(rng, 0.08):
            return rng.choice([b'', b'\r\n', b'\r\n\r\n', b' ', b' \r\n', b'\t\r\n \r\n', b'x', b'\r', b'\n'])
        lines = [rng.choice(LINES[:17] if chance(rng, 0.8) else LINES) for _ in range(rng.choice([1, 2, 3, 5, 8, 30]))]
        breaks = self.oddly(0.05, b'\r\n', [b'\n', b'\r', b'\r\r\n', b'\n\r'])
        return breaks.join(lines) + (b'\r\n' if chance(rng, 0.5) else rng.choice(ENDS))

    def named(self, fields):
        """h=: of the fields that are there, some not, some more often, and names that are not there"""
        rng = self.rng
        names = [field.split(b':')[0].strip().decode('latin-1') for field in fields]
        chosen = [name for name in names if chance(rng, 0.7) or name.lower() == 'from']
        rng.shuffle(chosen)
        if chance(rng, 0.3):
            chosen += rng.sample(chosen + ['From', 'Subject', 'X-None', 'Resent-From', 'b', 'DKIM-Signature'], k=min(2, len(chosen) + 1))
        if not any(name.lower() == 'from' for name in chosen) and chance(rng, 0.9):
            chosen.append('From')
        if chance(rng, 0.02):
            chosen = [name for name in chosen if name.lower() != 'from'] or ['to']
        if chance(rng, 0.02):
            chosen.insert(rng.randrange(len(chosen) + 1), rng.choice(['', ' ', 'a b', 'é', 'x;y']))
        lower = rng.choice([str, str.lower, str.upper])
        return [lower(name) for name in chosen] or ['from']

    def white(self, more=0.03):
        return self.rng.choice(['', ' ', '\t', '\r\n ', '\r\n\t', ' \r\n ', '  ']) if chance(self.rng, more * self.odd) else ''

    def tags(self, fields, body):
        rng = self.rng
        header, body_canon = rng.choice(['simple', 'relaxed']), rng.choice(['simple', 'relaxed'])
        self.relaxed = header == 'relaxed'
        c = f'{header}/{body_canon}'
        if body_canon == 'simple' and chance(rng, 0.3):
            c = header if header == 'relaxed' or chance(rng, 0.5) else None
        canonical = sign.canon_body(body, body_canon)
        self.h = self.named(fields)
        colons = rng.choice([':'] * 9 + [' : ', ':\r\n\t', ': ', '\t:'])
        a = 'ed25519-sha256' if keys.is_ed25519(self.key) else 'rsa-sha256'
        tags = {'v': '1', 'a': a, 'd': self.domain, 's': self.selector, 'c': c, 'h': colons.join(self.h), 'b': ''}
        if chance(rng, 0.15):
            size = len(canonical)
            tags['l'] = str(rng.choice([0, 1, size, size, size - 1, size - 2, size // 2, size + 1, size + 100, 10 ** 30]))
            canonical = canonical[:max(0, int(tags['l']))]
        tags['bh'] = base64.b64encode(hashlib.sha256(canonical).digest()).decode()
        for name, share, values in (
                ('t', 0.1, [PAST, 0, AHEAD, '0' * 11 + '1', '9' * 13, '', '-1', '1x']), ('x', 0.1, [AHEAD, AHEAD, OLD, PAST, '9' * 20, '', '0']),
                ('q', 0.08, ['dns/txt', 'DNS/TXT', 'dns/txt:http', 'http : dns/txt', 'dns', 'http', '', 'dns/txt:']),
                ('i', 0.2, [f'@{self.domain}', f'joe@{self.domain}', f'@sub.{self.domain}', f'a=40b@{self.domain}', f'@SUB.{self.domain.upper()}',
                            f'@x{self.domain}', '@example', self.domain, '', f'joe@other@{self.domain}', f'"a b"@{self.domain}', f'a=b@{self.domain}']),
                ('z', 0.06, ['From:joe@d.example', 'To:a=20b|Subject:x=3By', 'x', '', 'From:a|', '|']),
                ('r', 0.04, ['y', 'n', '']), ('x_y', 0.04, ['1', 'a=b', 'é', '"q"', 'a b']), ('unknown', 0.03, ['', 'x:y', '(c)']),
                ('atps', 0.01, ['other.example']), ('X', 0.02, ['1']), ('1a', 0.01, ['1']), ('a-b', 0.01, ['1'])):
            if chance(rng, share * self.odd):
                tags[name] = str(rng.choice(values))
        for name, share, values in (
                ('v', 0.01, ['2', '0.5', '1.0', '', '01']), ('a', 0.03, ['rsa-sha1', 'RSA-SHA256', 'rsa-sha512', 'sha256', '', 'ed25519-sha256', 'rsa-sha256']),
                ('c', 0.03, ['Relaxed/Relaxed', 'relaxed/', '/simple', 'nowsp', '', 'simple/nowsp', 'relaxed / relaxed']),
                ('d', 0.01, ['', 'other.example', 'example']), ('s', 0.01, ['', 'other']), ('bh', 0.02, ['', 'AAAA', tags['bh'][:-1], tags['bh'] + '=', '!' + tags['bh']])):
            if chance(rng, share * self.odd):
                tags[name] = rng.choice(values)
        return [(name, value) for name, value in tags.items() if value is not None and not chance(rng, 0.003 * self.odd)]

    def sign(self, fields, body):
        """The signature field. The value of b=, with the white space around it, is not hashed (RFC 6376 3.7)."""
        rng = self.rng
        tags = self.tags(fields, body)
        if chance(rng, 0.5):
            rng.shuffle(tags)
        if chance(rng, 0.02 * self.odd):
            tags.append(rng.choice(tags))
        before = after = ''
        for number, (name, value) in enumerate(tags):
            if name == 'bh' and chance(rng, 0.3):
                value = value[:20] + self.white(0.9) + value[20:]
            text = self.white(0.3) + name + self.white() + '=' + (self.white() + value + self.white() if name != 'b' else '')
            last = number + 1 == len(tags)
            gap = (';' if not last or chance(rng, 0.3) else '') + (rng.choice([' ', '\r\n\t', '', '\r\n ']) if not last else self.white(0.1))
            if chance(rng, 0.003 * self.odd):
                gap += ';'
            if name == 'b':
                before, after = before + after + text, gap
            else:
                after += text + gap
        name = self.oddly(0.3, 'DKIM-Signature:', ['dkim-signature: ', 'DKIM-SIGNATURE:', 'DKIM-Signature :', 'DKIM-Signature:\t'])
        before, after = [part.encode('utf-8') for part in ((name + before), after)]
        data = b''.join(sign.relax_field(f) if self.relaxed else f for f in sign.choose(fields, self.h))
        own = before + after + b'\r\n'
        data += (sign.relax_field(own) if self.relaxed else own)[:-2]
        value = base64.b64encode(sign.raw_signature(self.key, 'rsa-sha256', data)).decode()
        for _ in range(rng.randrange(4)):
            at = rng.randrange(len(value) + 1)
            value = value[:at] + self.white(0.7) + value[at:]
        return before + value.encode() + after + b'\r\n'

    def record(self):
        rng = self.rng
        family = 'ed25519' if keys.is_ed25519(self.key) else 'rsa'
        p = keys.record(self.key, 'p').partition('p=')[2].split(';')[0]
        tags = {'v': 'DKIM1', 'k': family, 'p': p}
        if family == 'rsa' and chance(rng, 0.3):
            del tags['k']
        if chance(rng, 0.2):
            del tags['v']
        for name, share, values in (
                ('h', 0.08, ['sha256', 'sha1', 'sha1:sha256', ' sha256 : x', 'SHA256', '', 'x', 'sha256:']),
                ('s', 0.08, ['*', 'email', 'x:email', 'tlsrpt', 'other', '', 'EMAIL', ' * ']),
                ('t', 0.1, ['y', 's', 'y:s', 's:y', 'x', '', 'Y', ' s ']),
                ('n', 0.06, ['a note', 'x=20y', 'é', '', '"q"']), ('g', 0.05, ['*', '', 'joe']), ('x_1', 0.03, ['1']), ('q', 0.02, ['a;'])):
            if chance(rng, share * self.odd):
                tags[name] = rng.choice(values)
        for name, share, values in (
                ('v', 0.03, ['DKIM2', 'dkim1', '', 'DKIM1 ', 'DKIM 1']), ('k', 0.04, ['rsa', 'ed25519', 'RSA', 'ED25519', 'dsa', '']),
                ('p', 0.08, ['', ' ', p[:30] + ' ' + p[30:], p + ' ', p[:-4], p.rstrip('='), 'AAAA', p + 'AAAA', p[:20] + '!' + p[20:], p[4:], p + '=',
                             keys.record('rsa-c', 'p').partition('p=')[2].split(';')[0], p[:40] + '\t' + p[40:]])):
            if chance(rng, share * self.odd):
                tags[name] = rng.choice(values)
        pairs = list(tags.items())
        if chance(rng, 0.15):
            rng.shuffle(pairs)
        if chance(rng, 0.02 * self.odd):
            pairs.append(rng.choice(pairs))
        text = rng.choice(['; ', ';', ' ; ', ';  ', '; \t']).join(
            name + self.oddly(0.2, '=', [' = ', '= ']) + value for name, value in pairs if not chance(rng, 0.003 * self.odd))
        return (rng.choice(['', '', '', ' ']) + text + rng.choice(['', '', ';', '; ', ' ', ';;'] if chance(rng, 0.2 * self.odd) else ['', ';'])).encode()

    def changed(self, octets):
        rng = self.rng
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            kind = rng.random()
            end = octets.find(b'\r\n\r\n')
            top = len(octets) if end < 0 or chance(rng, 0.3) else end
            at = rng.randrange(1, top + 1) if top else 0
            if kind < 0.3:
                octets = octets[:at] + rng.choice(ALPHABET) + octets[at:]
            elif kind < 0.45:
                octets = octets[:at] + octets[at + 1:]
            elif kind < 0.6:
                octets = octets[:at] + rng.choice(ALPHABET) + octets[at + 1:]
            elif kind < 0.7:
                blank = octets.find(rng.choice([b' ', b'\r\n ', b'\t', b': ']), at)
                if blank >= 0:
                    octets = octets[:blank] + rng.choice(GAPS) + octets[blank + 1:]
            elif kind < 0.8:
                octets = octets + rng.choice([b'\r\n', b' \r\n', b'x', b'\r\n\r\n', b' ', b'\r\nmore\r\n'])
            elif kind < 0.9:
                octets = rng.choice([b'Subject: on top\r\n', b'From: a@b.example\r\n', b'X-Top: 1\r\n', b'To:\r\n', b'Received: x\r\n y\r\n', b'no colon\r\n']) + octets
            elif kind < 0.95:
                octets = octets[:at] + octets[at:at + 8].swapcase() + octets[at + 8:]
            else:
                line = octets.find(b'\r\n', at)
                octets = octets[:line] + b'\r\nX-In: y' + octets[line:] if line >= 0 else octets
        return octets
