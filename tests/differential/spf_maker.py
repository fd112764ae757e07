"""spf_maker.py: a domain with SPF records, the names that they refer to, and a client, at random."""
RECEIVER = 'mx.receiver.example'
NODES = ['', 'a', 'b', 'c', 'i1', 'i2', 'i3', 'i4', 'r1', 'm', 'e', 'x-1.y', '_spf', 'none']
LOCALS = ['user', 'strong-bad', 'a.b-c+d', 'x_y=z', 'A.B', 'u/v,w', '"quoted x"', '%{d}', 'l' * 40, 'é', 'a%b', "o'h", '']
MACROS = ['%{s}', '%{l}', '%{o}', '%{d}', '%{i}', '%{p}', '%{v}', '%{h}', '%{S}', '%{L}', '%{D}', '%{ir}', '%{d2}', '%{d1r}', '%{lr}', '%{l1r-}',
          '%{l2-+}', '%{dr.}', '%{d2r}', '%{i3}', '%{s3+.}', '%{sr-}', '%{h2}', '%{o1}', '%{p2}', '%{pr}', '%{l-_=,+/}', '%{d99}', '%{I}',
          '%{ir-}', '%{vr-}', '%%', '%_', '%-', '%{lR}', '%{d007}']
WRONG = ['%{d0}', '%{x}', '%(d)', '%', '%{d', '%{}', '%{c}', '%{r}', '%{t}', '%{d2x}', '%{dr2}', '%a', '%{d 2}', '%{-d}', '%{s3@.}', '%{sr@}']
TEXT_ONLY = ['%{c}', '%{r}', '%{t}', '%{C}', '%{T}', '%{R}']
JUNK = ['moo', 'all:x', 'all/8', 'ip4', 'ip4:', 'ip4:1.2.3', 'ip4:1.2.3.4.5', 'ip4:01.2.3.4', 'ip4:1.2.3.4/33', 'ip4:1.2.3.4/08', 'ip4:1.2.3.4/',
        'ip6:::1', 'ip6:1::/129', 'ip6:1.2.3.4', 'ip6:::ffff:10.0.0.0/104', 'ip4:::1', 'include', 'include:', 'exists', 'exists:', 'a:', 'mx:', 'ptr:', 'ptr/8',
        'include:x.example/8', 'a:example', 'a:example.', 'a:1.2.3.4', 'a:x..example', 'a:.example', 'a:-x.example', 'a:x.-example', 'a:x.e-', 'a:x.1', 'a/24/64', 'a//64/24',
        'a///64', 'a//129', 'a/33', 'a/', 'a//', 'mx/0', 'mx//0', 'a/24//64', 'a/032', '=x', 'x=', 'a=b', 'x-y_z.1=', '1x=a', 'x=%{d}', 'x=%{q}', 'x=%',
        'redirect=', 'exp=', 'redirect=example', 'exp=example', 'default=pass', 'op=auth', '++all', '-', '+', '\tall', 'a\t', 'ALL', 'A', 'Mx', 'é', 'ip4:1.2.3.4,all', 'all,',
        'prt', 'ip:1.2.3.4', 'ipv4:1.2.3.4', 'v=spf1', 'a:%{d}', 'a:%{d}.', 'a:%', 'a:x.%{d', 'exists:%{i}._x.%{d}/24', 'include:%{d}', 'a:a.b.c.d.', 'ip6:1:2:3:4:5:6:7:8:9',
        'ip6:1:2:3:4:5:6:1.2.3.4', 'ip6:1:2:3:4:5:6:7::', 'ip6:::2:3:4:5:6:7:8', 'ip6:G::', 'ip6:1::2::3', 'ip6:12345::', 'ip6:fe80::%eth0', 'ip4:1.2.3.4/0', 'ip6:::/0']


def chance(rng, share):
    return rng.random() < share


class Domain:
    """envelope: what batch reads about the client; records: {(name, type): [values] or None if DNS fails}. A TXT value is
    a list of its strings."""

    def __init__(self, rng, index):
        self.rng, self.records = rng, {}
        self.root = f'c{index}.example'
        self.odd = rng.choice([0, 0, 0, 0.3, 1])    # how many of the forms that are seldom written
        self.long = chance(rng, 0.3)    # hardly anything matches, so that the limits are reached
        self.nets = f'10.{index >> 8 & 255}.{index & 255}.', f'2001:db8:{index & 0xffff:x}:{index >> 16:x}:'
        self.client = self.address(rng.choice([4, 4, 4, 6, 6, 46]))
        sender = rng.choice(LOCALS[:2] if chance(rng, 0.5) else LOCALS) + '@' + rng.choice([self.root] * 40 + [f'b.{self.root}', self.root.upper(), f'none-{self.root}',
                                                                                                    f'_x.{self.root}', 'example', f'{self.root}.'] )
        helo = rng.choice([f'a.{self.root}', f'mx.{self.root}', self.root, f'A.{self.root}', 'bad', f'x-1.y.{self.root}'])
        if chance(rng, 0.1):
            sender = ''
        elif chance(rng, 0.02):
            sender = self.root
        self.envelope = {'client_ip': self.client, 'helo': helo, 'mail_from': sender}
        for node in NODES:
            self.node(node)
        self.names_of_client()

    def address(self, family):
        v4 = self.nets[0] + str(self.rng.choice([1, 2, 3, 127, 128, 200]))
        if family == 4:
            return v4
        return '::ffff:' + v4 if family == 46 else self.nets[1] + self.rng.choice([':1', ':2', ':f:1', 'ffff:0:0:1'])

    def some(self, kind):
        if self.long and not chance(self.rng, 0.03):
            return '192.0.2.7' if kind == 'A' else '2001:db8:ffff::7'
        if kind == 'A':
            return self.client.removeprefix('::ffff:') if '.' in self.client and chance(self.rng, 0.4) else self.address(4)
        return self.client if '.' not in self.client and chance(self.rng, 0.4) else self.address(6)

    def name(self, node=None):
        node = self.rng.choice(NODES) if node is None else node
        return f'{node}.{self.root}' if node else self.root

    def node(self, node):
        rng, name = self.rng, self.name(node)
        if node == 'none' or node and not self.long and chance(rng, 0.15):
            return
        if node and chance(rng, 0.04):
            self.records[name, 'CNAME'] = [self.name(self.later(node))]
            return
        for kind, share in (('A', 1 if self.long else 0.6), ('AAAA', 1 if self.long else 0.6)):
            if chance(rng, share):
                self.records[name, kind] = [self.some(kind) for _ in range(rng.choice([1, 1, 2, 3]))]
        if chance(rng, 0.4):
            number = rng.choice([1, 1, 2, 3, 3, 9, 10, 11])
            # in pyspf's order: that of equal preferences is not defined
            self.records[name, 'MX'] = sorted((rng.choice([10, 10, 20]), self.name()) for _ in range(number))
        texts = [text for text in [self.record(node)] if chance(rng, 0.9 if node else 0.98)]
        if chance(rng, 0.02 if self.long else 0.1):
            texts.append(rng.choice(['other', 'v=spf10 -all', 'V=SPF1 -all', 'v=spf1', 'v=spf1\t-all', ' v=spf1 -all', 'v=spf1-all', '', 'v=spf1 ', 'v=spf2.0/pra -all', 'é']))
        if node == 'e' and chance(rng, 0.7):
            texts = [self.explanation()]
        if texts:
            self.records[name, 'TXT'] = [self.strings(text.encode()) for text in texts]
        if chance(rng, 0.03):
            self.records[name, rng.choice(['A', 'AAAA', 'MX', 'TXT'])] = None

    def later(self, node):
        """Mostly such nodes are included: most of the records do not include themselves."""
        return self.rng.choice(NODES[NODES.index(node) + 1:] or ['none'])

    def strings(self, text):
        at = self.rng.randrange(len(text) + 1) if chance(self.rng, 0.3) else 0
        parts = [text[:at], text[at:]] if at else [text]
        return [part[i:i + 255] for part in parts for i in range(0, len(part) or 1, 255)]

    def names_of_client(self):
        rng = self.rng
        if chance(rng, 0.8):
            names = [rng.choice([self.name(), self.name().upper(), self.root, f'other-{self.root}', f'not{self.root}']) for _ in range(rng.choice([1, 1, 2, 5, 12]))]
            address = self.client.removeprefix('::ffff:')
            self.records[reverse(address), 'PTR'] = None if chance(rng, 0.05) else names

    def spec(self):
        rng = self.rng
        if chance(rng, 0.6):
            return self.name()
        return self.macros(chance(rng, 0.1 * self.odd)) + '.' + rng.choice([self.root, self.name(), '%{d}', '%{d2}', '%{o}', f'{self.root}.'])

    def macros(self, wrong=False):
        rng = self.rng
        parts = [rng.choice(MACROS if chance(rng, 0.7) else ['_', 'x', '-', 'A', '.y', '/', '!']) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
        if wrong:
            parts.append(rng.choice(WRONG))
        return rng.choice(['', '.', '-']).join(parts)

    def cidr(self):
        rng = self.rng
        return rng.choice([''] * 6 + [f'/{rng.choice([0, 1, 8, 24, 25, 30, 31, 32])}', f'//{rng.choice([0, 32, 63, 64, 65, 112, 127, 128])}', '/24//64', '/32//128'])

    def term(self, node):
        rng = self.rng
        kind = rng.choice(['a', 'mx', 'ptr', 'include', 'include', 'a', 'exists', 'exists', 'ip4', 'ip4', 'ip6', 'ip6'][:6 if self.long else None])
        if kind in ('a', 'mx'):
            text = kind + (':' + self.spec() if chance(rng, 0.6) else '') + self.cidr()
        elif kind == 'ptr':
            text = kind + (':' + self.spec() if chance(rng, 0.5) else '')
        elif kind == 'include':
            text = 'include:' + (self.name(self.later(node)) if chance(rng, 0.85) else self.spec())
        elif kind == 'exists':
            text = 'exists:' + self.spec()
        elif kind == 'ip4':
            text = 'ip4:' + self.some('A') + rng.choice(['', '', '/32', '/31', '/25', '/24', '/8', '/0'])
        else:
            text = 'ip6:' + self.some('AAAA') + rng.choice(['', '', '/128', '/127', '/64', '/63', '/32', '/0'])
        if chance(rng, 0.1 * self.odd):
            text = text.upper()
        return rng.choice(['', '', '', '+', '-', '~', '?']) + text

    def record(self, node):
        rng = self.rng
        terms = [self.term(node) for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4, 6, 12]))]
        if chance(rng, 0.1 * self.odd):
            terms.insert(rng.randrange(len(terms) + 1), rng.choice(JUNK))
        if chance(rng, 0.2 if self.long else 0.65):
            terms.append(rng.choice(['-all', '-all', '~all', '?all', 'all', '+all']))
        if chance(rng, 0.2):
            terms.insert(rng.randrange(len(terms) + 1), 'redirect=' + (self.name(rng.choice(['r1', 'i4', 'none'])) if chance(rng, 0.8) else self.spec()))
        if chance(rng, 0.3):
            terms.insert(rng.randrange(len(terms) + 1), 'exp=' + (self.name('e') if chance(rng, 0.8) else self.spec()))
        if chance(rng, 0.02 * self.odd) and terms:
            terms.append(rng.choice(terms))
        gap = rng.choice([' ', ' ', ' ', '  ', '   '])
        return 'v=spf1' + ''.join(gap + term for term in terms) + (rng.choice([' ', '  ', '\t']) if chance(rng, 0.05 * self.odd) else '')

    def explanation(self):
        rng = self.rng
        words = [rng.choice(MACROS + TEXT_ONLY + ['not', 'sent from', 'by', ';', '"', '\\', 'see http://x.example/?%{S}']) for _ in range(rng.choice([1, 2, 4]))]
        if chance(rng, 0.1 * self.odd):
            words.append(rng.choice(WRONG + ['é', '\x01', '\t']))
        return rng.choice([' ', '-']).join(words)

    @staticmethod
    def unplanned(rng, name, kind, client):
        """The records of a name that a macro made."""
        if kind == 'PTR' or chance(rng, 0.4):
            return []
        if chance(rng, 0.02):
            return None
        address = client.removeprefix('::ffff:')
        return {'A': [address if '.' in address else '192.0.2.1'], 'AAAA': [address if ':' in address else '2001:db8::1'],
                'TXT': [[rng.choice([b'v=spf1 -all', b'v=spf1 +all', b'text', b'v=spf1 a:x %'])]], 'MX': [(1, name)]}[kind]


def reverse(address):
    if '.' in address:
        return '.'.join(reversed(address.split('.'))) + '.in-addr.arpa'
    left, _, right = address.partition('::')
    right = right.split(':') if right else []
    left = left.split(':')
    groups = left + ['0'] * (8 - len(left) - len(right)) + right
    return '.'.join(reversed(''.join(group.zfill(4) for group in groups))) + '.ip6.arpa'
