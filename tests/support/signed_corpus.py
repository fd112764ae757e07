"""signed_corpus.py: N signed messages of N author domains, and a DNS server that knows them and can be slow.

Signed here by a few lines of code, for a batch of thousands; correctness is tested elsewhere.
"""
import base64
import hashlib
import multiprocessing
import pathlib
import selectors
import socket
import struct
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEYS = 8
CLIENT = '203.0.113.7'
BODY = b'The quick brown fox jumps over the lazy dog.\r\n' * 60


def domain(n):
    return f'd{n}.example'


class Corpus:
    """n messages below folder, with their manifest and the answers of DNS."""

    def __init__(self, folder, n, ttl=3600):
        self.folder, self.n, self.ttl = pathlib.Path(folder), n, ttl
        self.keys = [rsa.generate_private_key(65537, 2048) for _ in range(min(n, KEYS))]
        self.public = [base64.b64encode(key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)).decode()
            for key in self.keys]
        for i in range(n):
            (self.folder / f'{i}.eml').write_bytes(self.message(i))

    def message(self, i):
        fields = [('from', f'joe@{domain(i)}'), ('to', 'user@example.net'), ('subject', f'number {i}'),
                  ('date', 'Thu, 01 Jan 2026 00:00:00 +0000'), ('message-id', f'<{i}@{domain(i)}>')]
        digest = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
        signature = (f'v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain(i)}; s=s; '
                     f'h={":".join(name for name, _ in fields)}; bh={digest}; b=')
        signed = ''.join(f'{name}:{value}\r\n' for name, value in fields) + f'dkim-signature:{signature}'
        b = base64.b64encode(self.keys[i % len(self.keys)].sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))
        head = f'DKIM-Signature: {signature}{b.decode()}\r\n' + ''.join(
            f'{name}: {value}\r\n' for name, value in fields)
        return head.encode() + b'\r\n' + BODY

    def manifest(self, path, times):
        """the whole corpus, repeated that often"""
        with open(path, 'w', encoding='ascii') as out:
            lines = ''.join(f'{i}.eml\t{CLIENT}\tmx.{domain(i)}\tbounce@{domain(i)}\n' for i in range(self.n))
            for _ in range(times):
                out.write(lines)

    def zone(self):
        """the same answers as a master file"""
        lines = ['$TTL 3600']
        for i in range(self.n):
            for name in (domain(i), f'_dmarc.{domain(i)}', f's._domainkey.{domain(i)}'):
                text = self.answer(name, 16)
                lines.append(f'{name}. TXT ' + ' '.join(f'"{text[k:k + 255]}"' for k in range(0, len(text), 255)))
        return '\n'.join(lines) + '\n'

    def answer(self, name, kind):
        """the TXT record of a name; None: there is none; False: the name does not exist"""
        if kind != 16:
            return None
        words = name.lower().split('.')
        if words[-1] != 'example' or not words[-2].startswith('d') or not words[-2][1:].isdigit():
            return False
        number = int(words[-2][1:])
        return {(): 'v=spf1 ip4:203.0.113.0/24 -all',
                ('_dmarc',): 'v=DMARC1; p=reject',
                ('s', '_domainkey'): f'v=DKIM1; k=rsa; p={self.public[number % len(self.public)]}'}.get(
                    tuple(words[:-2]), False)


def reply(corpus, query):
    ident, flags, count = struct.unpack('>HHH', query[:6])
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode('latin-1'))
        at += query[at] + 1
    kind = struct.unpack('>H', query[at + 1:at + 3])[0]
    question = query[12:at + 5]
    text = corpus.answer('.'.join(labels), kind)
    data = b''
    if text:
        strings = b''.join(bytes([len(text[i:i + 255])]) + text[i:i + 255].encode()
                           for i in range(0, len(text), 255))
        data = b'\xc0\x0c' + struct.pack('>HHIH', 16, 1, corpus.ttl, len(strings)) + strings
    return struct.pack('>HHHHHH', ident, 0x8180 | (flags & 0x100) | (3 if text is False else 0), 1,
                       1 if data else 0, 0, 0) + question + data


def serve(corpus, delay, port_out):
    """UDP on loopback, each answer after delay seconds; the port goes to port_out. Never returns."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    server.bind(('127.0.0.1', 0))
    server.setblocking(False)
    port_out(server.getsockname()[1])
    waiting = selectors.DefaultSelector()
    waiting.register(server, selectors.EVENT_READ)
    late, first = [], 0
    while True:
        left = late[first][0] - time.monotonic() if first < len(late) else None
        waiting.select(None if left is None else max(0, left))
        while True:
            try:
                query, peer = server.recvfrom(4096)
            except BlockingIOError:
                break
            late.append((time.monotonic() + delay, reply(corpus, query), peer))
        now = time.monotonic()
        while first < len(late) and late[first][0] <= now:
            server.sendto(late[first][1], late[first][2])
            first += 1
        if first > 10000:
            del late[:first]
            first = 0


def start(corpus, delay):
    """the server as a process of its own, and its port; terminate() ends it"""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(corpus, delay, theirs.send), daemon=True)
    process.start()
    return process, ours.recv()
