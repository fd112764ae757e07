"""attacks_keys.py: signatures made without a private key, for keys that must not be accepted."""

import base64
import hashlib

from maker import keys, plainrsa
from maker.attacks import AUTHOR, ZONE, forge
from maker.mail import NOW, mail

NAME = 'weak._domainkey.example.com TXT '
ORDER = 2 ** 252 + 27742317777372353535851937790883648493  # of Ed25519's base point (RFC 8032 5.1)
IDENTITY = bytes([1]) + bytes(31)
ORDER_2 = bytes.fromhex('ec' + 'ff' * 30 + '7f')
ORDER_4 = bytes(32)
ORDER_8 = bytes.fromhex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
IDENTITY_ABOVE_P = bytes.fromhex('ee' + 'ff' * 30 + '7f')
IDENTITY_SIGNED = bytes([1]) + bytes(30) + b'\x80'


class NotThisOne(Exception):
    """The equation does not hold for this text: try again with the time one second later."""


def modulus():
    return keys.private('rsa-a').public_key().public_numbers().n


def rsa_record(e, n=None):
    public = plainrsa.element(48, plainrsa.integer(n or modulus()) + plainrsa.integer(e))
    info = plainrsa.element(48, plainrsa.RSA_ENCRYPTION + plainrsa.element(3, b'\0' + public))
    return NAME + 'v=DKIM1; k=rsa; p=' + base64.b64encode(info).decode()


def digest_info(data):
    return plainrsa.PREFIX['sha256'] + hashlib.sha256(data).digest()


def padded(data, size):
    info = digest_info(data)
    return b'\0\1' + b'\xff' * (size - len(info) - 3) + b'\0' + info


def cube_root(number):
    """The least integer whose cube is not below number"""
    low, high = 0, 1 << (number.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if middle ** 3 >= number else (middle + 1, high)
    return low


def by_one(data):
    """With e=1 the padded digest is its own signature."""
    return padded(data, 256)


def by_cube(start):
    """With e=3: a number whose cube begins correctly; the rest is left to chance."""
    def made(data):
        begin = start(data)
        root = cube_root(int.from_bytes(begin + bytes(256 - len(begin)), 'big'))
        signature = root.to_bytes(256, 'big')
        cube = (root ** 3).to_bytes(256, 'big')
        assert cube.startswith(begin) and root ** 3 < modulus()     # a careless verifier accepts it
        return signature
    return made


def low_order(public, r=IDENTITY):
    """S = 0, which verifies if the hash is a multiple of the order of the public point."""
    def made(data):
        text = hashlib.sha256(data).digest()
        if int.from_bytes(hashlib.sha512(r + public + text).digest(), 'little') % ORDER % 8:
            raise NotThisOne
        return r + bytes(32)
    return made


def ed_case(name, public, r=IDENTITY):
    zone = ZONE + NAME + 'v=DKIM1; k=ed25519; p=' + base64.b64encode(public).decode()
    for second in range(1000):
        try:
            message = mail(author=AUTHOR).signed(low_order(public, r), s='weak', a='ed25519-sha256', t=NOW - 60 - second)
        except NotThisOne:
            continue
        return forge('key-' + name, message, zone=zone)
    raise AssertionError(name)


def rsa_case(name, forger, zone, **options):
    return forge('key-' + name, mail(author=AUTHOR).signed(forger, s='weak', a='rsa-sha256', **options), zone=ZONE + zone)


def exponents():
    yield rsa_case('e-1', by_one, rsa_record(1))
    yield rsa_case('e-3-garbage-behind', by_cube(lambda data: b'\0\1' + b'\xff' * 8 + b'\0' + digest_info(data)), rsa_record(3))
    yield rsa_case('e-3-no-padding', by_cube(lambda data: b'\0\1\0' + digest_info(data)), rsa_record(3))
    yield rsa_case('e-3-other-type', by_cube(lambda data: b'\0\0' + b'\xff' * 8 + b'\0' + digest_info(data)), rsa_record(3))
    yield rsa_case('e-0', lambda data: bytes(255) + b'\1', rsa_record(0))
    yield rsa_case('e-2', by_one, rsa_record(2))
    yield rsa_case('signature-0', lambda data: bytes(256), rsa_record(65537))
    yield rsa_case('signature-1', lambda data: bytes(255) + b'\1', rsa_record(65537))
    yield rsa_case('signature-not-below-modulus', lambda data: b'\xff' * 256, rsa_record(65537))
    yield rsa_case('signature-plus-modulus', lambda data: (int.from_bytes(keys.sign('rsa-a', data), 'big') + modulus())
                   .to_bytes(257, 'big'), rsa_record(65537))
    yield rsa_case('modulus-even', by_one, rsa_record(1, modulus() - 1))
    yield rsa_case('modulus-1', by_one, rsa_record(65537, 1))


def confusions():
    other = mail(author=AUTHOR)
    ed, rsa = 'v=DKIM1; k=ed25519; p=' + keys.public('ed-a'), 'v=DKIM1; k=rsa; p=' + keys.public('rsa-a')
    yield forge('key-ed25519-as-rsa', other.signed('ed-a', s='weak', a='rsa-sha256'), zone=ZONE + NAME + ed)
    yield forge('key-rsa-as-ed25519', other.signed('rsa-a', s='weak', a='ed25519-sha256'), zone=ZONE + NAME + rsa)
    yield forge('key-hmac-with-public-key', other.signed('ed-b', s='weak', a='hmac-sha256'), zone=ZONE + NAME + rsa)
    yield forge('key-sha1', other.signed('rsa-a', s='weak', a='rsa-sha1'), zone=ZONE + NAME + rsa)
    yield forge('key-512', other.signed('rsa-512', s='weak'), zone=ZONE + 'weak._domainkey.example.com KEY rsa-512')
    yield forge('key-of-another-service', other.signed('rsa-a', s='weak'), zone=ZONE + NAME + rsa.replace('k=', 's=tlsrpt; k='))
    yield forge('key-for-sha1-only', other.signed('rsa-a', s='weak'), zone=ZONE + NAME + rsa.replace('k=', 'h=sha1; k='))
    yield forge('key-revoked-beside', other.signed('rsa-a', s='weak'), zone=ZONE + NAME + 'v=DKIM1; p=')


def points():
    for name, public in (('identity', IDENTITY), ('order-2', ORDER_2), ('order-4', ORDER_4), ('order-8', ORDER_8),
                         ('above-p', IDENTITY_ABOVE_P), ('sign-of-0', IDENTITY_SIGNED)):
        yield ed_case('point-' + name, public)
    # S and S + L both verify if S is not bounded (RFC 8032 5.1.7): a second signature for the same message
    raised = lambda data: (lambda made: made[:32] + (int.from_bytes(made[32:], 'little') + ORDER).to_bytes(32, 'little'))(
        keys.sign('ed-a', hashlib.sha256(data).digest()))
    zone = ZONE + NAME + 'v=DKIM1; k=ed25519; p=' + keys.public('ed-a')
    yield forge('key-s-plus-order', mail(author=AUTHOR).signed(raised, s='weak', a='ed25519-sha256'), zone=zone)


def cases():
    yield from exponents()
    yield from confusions()
    yield from points()
