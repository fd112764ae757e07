"""sender.py: a domain that signs its mail, and sends reports."""
import base64
import functools
import gzip

import dkim
import shapes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@functools.cache
def key_of(domain, which):
    """Made once for each domain of a suite: making one takes longer than many of the checks."""
    return rsa.generate_private_key(65537, 2048)


class Sender:
    def __init__(self, domain, which=0):
        """which: another number is another key, which the zone of the first one does not contain"""
        self.domain = domain
        key = key_of(domain, which)
        self.key = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
        self.public = base64.b64encode(key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)).decode()

    def zone(self):
        text = f'v=DKIM1; p={self.public}'
        return f's._domainkey.{self.domain}. TXT "{text[:200]}" "{text[200:]}"\n_dmarc.{self.domain}. TXT "v=DMARC1; p=reject"\n'

    def mail(self, octets, author=None, signed=True):
        text = shapes.mail(gzip.compress(octets, mtime=0)).replace(b'reports@acme.example', f'reports@{author or self.domain}'.encode(), 1)
        if not signed:
            return text
        return dkim.sign(text, b's', self.domain.encode(), self.key, include_headers=[b'from', b'subject', b'content-type']) + text
