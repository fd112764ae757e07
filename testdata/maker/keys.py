"""keys.py: the fixed test keys of testdata/keys/, signatures, and the key records made of them."""

import base64
import os
import subprocess

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from maker import plainrsa

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'keys')

# name -> modulus bits, or 'ed25519'
NAMES = {
    'rsa-a': 2048, 'rsa-b': 2048, 'rsa-c': 2048, 'rsa-1024': 1024, 'rsa-1023': 1023,
    'rsa-512': 512, 'rsa-4096': 4096, 'rsa-8200': 8200, 'ed-a': 'ed25519', 'ed-b': 'ed25519',
}
USUAL = range(1024, 4097)   # key sizes that python3-cryptography is used for

_loaded = {}


def make_missing():
    """Makes missing keys: done once, by hand, never by a test."""
    for name, kind in NAMES.items():
        path = os.path.join(FOLDER, name + '.pem')
        if os.path.exists(path):
            continue
        # by OpenSSL: python3-cryptography no longer makes RSA keys below 1,024 bits
        if kind == 'ed25519':
            how = ['-algorithm', 'ED25519']
        else:
            how = ['-algorithm', 'RSA', '-pkeyopt', f'rsa_keygen_bits:{kind}']
        subprocess.run(['openssl', 'genpkey', *how, '-out', path], check=True, capture_output=True)


def private(name):
    if name not in _loaded:
        with open(os.path.join(FOLDER, name + '.pem'), encoding='ascii') as pem:
            text = pem.read()
        _loaded[name] = plainrsa.Key(text) if is_plain(name) else \
            serialization.load_pem_private_key(text.encode(), None)
    return _loaded[name]


def is_ed25519(name):
    return NAMES[name] == 'ed25519'


def is_plain(name):
    return not is_ed25519(name) and NAMES[name] not in USUAL


def sign(name, data, digest='sha256'):
    """The signature octets; data is the text that an RSA key hashes, and that Ed25519 signs directly."""
    key = private(name)
    if is_ed25519(name):
        return key.sign(data)
    if is_plain(name):
        return key.sign(data, digest)
    return key.sign(data, padding.PKCS1v15(), hashes.SHA1() if digest == 'sha1' else hashes.SHA256())


def public(name, pkcs1=False):
    """The content of p=: SubjectPublicKeyInfo, RSAPublicKey (pkcs1), or the 32 octets."""
    if is_plain(name):
        return base64.b64encode(private(name).public(pkcs1)).decode()
    key = private(name).public_key()
    if is_ed25519(name):
        raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    elif pkcs1:
        raw = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    else:
        raw = key.public_bytes(serialization.Encoding.DER,
                               serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(raw).decode()


def record(name, tags=None, pkcs1=False):
    """The TXT record of a key; tags replace the usual tags before p=."""
    if tags is None:
        tags = 'v=DKIM1; k=ed25519' if is_ed25519(name) else 'v=DKIM1; k=rsa'
    return (tags + '; ' if tags else '') + 'p=' + public(name, pkcs1)
