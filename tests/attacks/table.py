"""table.py: attacks on mail filters, who published them, and what must not happen.

never, of each case (a folder of tests/program/README.md, by name or pattern):
  pass NAME      spf, dkim, arc or dmarc is pass in this name or one below it
  accept         the disposition is accept
  results        below our block there is a field that a careless reader takes for our results
  split          the message that goes on is not the one that came, whole and once
controls are cases in which the same is found, because there it is right: the check can fail.
"""
import dataclasses


@dataclasses.dataclass
class Attack:
    name: str
    source: str
    cases: tuple
    never: tuple
    controls: tuple


COMPOSITION = 'Chen, Paxson, Jiang: Composition Kills, USENIX Security 2020'
WEAK_LINKS = 'Shen et al.: Weak Links in Authentication Chains, USENIX Security 2021'
FORWARD_PASS = 'Liu et al.: Forward Pass, IEEE EuroS&P 2023, arXiv 2302.07287'
SMUGGLING = 'SEC Consult: SMTP Smuggling, 2023; CVE-2023-51764'
LAME_NAMES = 'Jeitner, Shulman: Injection Attacks Reloaded, USENIX Security 2021'
ARC_STUDY = 'Wang, Wang: Revisiting Email Forwarding Security under ARC, WWW 2022; RFC 8617 9'
EDDSA = 'Chalkias, Garillot, Nikolaenko: Taming the Many EdDSAs, SSR 2020'
FORGED_E3 = 'Bleichenbacher, Crypto 2006; CVE-2006-4339'

VICTIM = ('pass example.com', 'accept')
HONEST = ('attack/honest-signed', 'attack/honest-path')

TABLE = (
    Attack('reverse-path read in two ways', COMPOSITION, ('attack/path-*',), VICTIM, HONEST),
    Attack('From read in two ways', COMPOSITION + '; ' + WEAK_LINKS, ('attack/author-*',), VICTIM, HONEST),
    Attack('key or domain name read in two ways', COMPOSITION, ('attack/key-name-*',), VICTIM, HONEST),
    Attack('octets in DNS names that end or split text', LAME_NAMES, ('attack/lame-name-*',), VICTIM, HONEST),
    Attack('signature of the attacker, author of the victim', WEAK_LINKS,
           ('attack/key-name-other-identity', 'dmarc/align-other-domain', 'dmarc/align-i-does-not-count'),
           ('accept',), ('attack/honest-attacker',)),
    Attack('open forwarder in shared networks', FORWARD_PASS, ('attack/forward-*',), VICTIM, HONEST),
    Attack('end of data that only one server sees', SMUGGLING, ('attack/smuggling-*',),
           ('pass example.com', 'split'), ('attack/honest-signed',)),
    Attack('replay with an added From', 'RFC 6376 8.15; ' + COMPOSITION, ('attack/replay-from-*', 'dkim/duplicate-from-*'),
           ('accept',), HONEST),
    Attack('replay with another field doubled', 'RFC 6376 8.15', ('attack/replay-*-on-top',), VICTIM, HONEST),
    Attack('replay, changed or expired', 'RFC 6376 8.6', ('attack/replay-body-below', 'attack/replay-expired'), VICTIM, HONEST),
    Attack('text behind the end that l= covers', 'RFC 6376 8.2', ('attack/length-*', 'dkim/l-text-added'),
           ('pass example.com',), ('dkim/l-text-added-allowed', 'attack/honest-signed')),
    Attack('forged padding with e=3', FORGED_E3, ('attack/key-e-3-*',), VICTIM, HONEST),
    Attack('exponents and moduli that make no secret', 'RFC 8017 3.1, 8.2.2',
           ('attack/key-e-[012]', 'attack/key-modulus-*', 'attack/key-signature-*'), VICTIM, HONEST),
    Attack('Ed25519 points of small order', EDDSA + '; RFC 8032 5.1', ('attack/key-point-*', 'attack/key-s-plus-order'),
           VICTIM, HONEST),
    Attack('a key taken for one of another kind', 'RFC 6376 3.6.1, 8.3; RFC 8463 9',
           ('attack/key-ed25519-as-rsa', 'attack/key-rsa-as-ed25519', 'attack/key-hmac-*', 'attack/key-of-another-*',
            'attack/key-for-*', 'attack/key-revoked-*'), VICTIM, HONEST),
    Attack('keys and digests that can be broken', 'US-CERT VU#268267; RFC 8301 3', ('attack/key-512', 'attack/key-sha1'),
           VICTIM, HONEST),
    Attack('chains of nobody whom we trust', ARC_STUDY,
           ('senders/list-unknown-sealer', 'senders/list-another-sealer', 'senders/list-below-a-trusted-name',
            'senders/list-*-not-trusted'), ('accept',), ('senders/list-sealed-trusted',)),
    Attack('chains forged, cut or replayed', ARC_STUDY,
           ('senders/list-forged-chain', 'senders/list-replayed-chain', 'senders/list-gap', 'senders/list-set-twice',
            'senders/list-changed-after-the-seal', 'senders/list-broken-middle'), ('accept',),
           ('senders/list-sealed-trusted',)),
    Attack('results in a trusted chain read in two ways', ARC_STUDY, ('senders/list-says-*',), ('accept',),
           ('senders/list-sealed-trusted',)),
    Attack('seals forged', 'RFC 8617 9', ('arc/*-forged', 'arc/forged-*', 'arc/cv-*', 'arc/covers-a-seal'),
           ('pass lists.example.org',), ('arc/one-set',)),
    Attack('results that claim to be ours', 'RFC 8601 5, 7.1', ('scrub/own-*', 'scrub/three-*', 'scrub/forged-between-*',
                                                               'scrub/forged-is-last-*', 'scrub/signed-*'),
           ('results',), ('scrub/none',)),
    Attack('results in names that IDNA maps to ours', 'RFC 8601 7.1; UTS 46', ('attack/results-*',), ('results',), ('scrub/none',)),
)
