"""plainrsa.py: RSA in plain Python, for keys that python3-cryptography refuses or is slow with.

Newer versions load no key below 1,024 bits; older ones spend seconds on the primes of a key of 8,200 bits.
For test data only: nothing here runs in constant time.
"""

import base64
import hashlib
import re

# DER of DigestInfo, up to the digest
PREFIX = {'sha1': bytes.fromhex('3021300906052b0e03021a05000414'),
          'sha256': bytes.fromhex('3031300d060960864801650304020105000420')}
RSA_ENCRYPTION = bytes.fromhex('300d06092a864886f70d0101010500')  # AlgorithmIdentifier


def read(data, at=0):
    """(tag, content, rest) of one DER element"""
    tag, size, at = data[at], data[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7f
        size, at = int.from_bytes(data[at:at + count], 'big'), at + count
    return tag, data[at:at + size], data[at + size:]


def element(tag, content):
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, 'big')
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def integer(number):
    return element(2, number.to_bytes(number.bit_length() // 8 + 1, 'big'))


class Key:
    """A private key of PEM text (PKCS #8, RFC 5208)."""

    def __init__(self, pem):
        der = base64.b64decode(re.sub('-----[^-]*-----', '', pem))
        _, inside, _ = read(der)
        _, _, rest = read(inside)                   # version
        _, _, rest = read(rest)                     # algorithm
        _, octets, _ = read(rest)
        _, rest, _ = read(octets)                   # RSAPrivateKey, RFC 8017 A.1.2
        numbers = []
        while rest:
            _, content, rest = read(rest)
            numbers.append(int.from_bytes(content, 'big'))
        _, self.n, self.e, _, self.p, self.q, self.dp, self.dq, self.inverse = numbers

    def sign(self, data, digest):
        """RSASSA-PKCS1-v1_5 (RFC 8017 8.2.1)."""
        size = (self.n.bit_length() + 7) // 8
        text = PREFIX[digest] + hashlib.new(digest, data).digest()
        m = int.from_bytes(b'\0\1' + b'\xff' * (size - len(text) - 3) + b'\0' + text, 'big')
        one, two = pow(m, self.dp, self.p), pow(m, self.dq, self.q)
        return (two + (one - two) * self.inverse % self.p * self.q).to_bytes(size, 'big')

    def public(self, pkcs1):
        key = element(0x30, integer(self.n) + integer(self.e))
        return key if pkcs1 else element(0x30, RSA_ENCRYPTION + element(3, b'\0' + key))
