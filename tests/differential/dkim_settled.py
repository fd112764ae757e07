"""dkim_settled.py: the kinds of disagreement about DKIM that are settled.

In each of them mailstamp follows the text that is named, or docs/DEVIATIONS.md says why not. A row must recognize
its kind by the message itself, or by what the other implementation says about its refusal, not by our reason alone:
the fault may be ours. REWRITTEN repeats the question with a message that has the same meaning for mailstamp (which is
asked again, too), but which the other implementation reads as well; then it must agree, or one of SETTLED must fit.
"""
import base64
import collections
import re

from cryptography.hazmat.primitives import serialization
from dkim_maker import OTHERS
from maker import sign

Row = collections.namedtuple('Row', 'name peers text test fits')
Change = collections.namedtuple('Change', 'name peers text test change')
D, O = ('dkimpy',), ('libopendkim',)
BOTH = D + O

# RFC 6376 3.2 and 2.8: tag-list, in an unfolded form and with RFC 8616's UTF-8; RFC 6376 2.10: base64string
FWS = rb'(?:(?:[ \t]*\r\n)?[ \t]+)?'
SPEC = FWS + rb'[A-Za-z][A-Za-z0-9_]*' + FWS + rb'=' + rb'(?:' + FWS + rb'(?:[!-:<-~]|[\xc2-\xf4][\x80-\xbf]+))*' + FWS
TAGS = re.compile(SPEC + rb'(?:;' + SPEC + rb')*(?:;' + FWS + rb')?(?:\r\n)?')
BASE64 = re.compile(rb'[A-Za-z0-9+/\s]*(?:=\s*){0,2}')
NAME = rb'[!-9;-~]+'
WELL_FORMED = [field.partition(b':')[2] for field in OTHERS if b'=' in field]    # the other signatures


def refused(theirs, pattern):
    return theirs.word == 'other' and re.search(pattern, theirs.why) is not None


def key_of(case):
    return b'\n'.join(case.keys.values())


def key_tag(case, name):
    found = re.search(rb'(?:\A|;)\s*' + name + rb'\s*=([^;]*)', key_of(case))
    return found.group(1) if found else None


def names(case):
    return [name.strip().lower() for name in (case.tag(b'h') or b'').split(b':')]


def number(text):
    return int(text) if text and text.strip().isdigit() else -1


def rsa_bits(case):
    digits = b''.join((key_tag(case, b'p') or b'').split()).rstrip(b'=')
    try:
        return serialization.load_der_public_key(base64.b64decode(digits + b'=' * (-len(digits) % 4))).key_size
    except ValueError:
        return None


def other_key_type(case):
    """Do k= and a= differ?"""
    k, a = (key_tag(case, b'k') or b'rsa').strip(), (case.tag(b'a') or b'').strip()
    return k.lower() != a.lower().partition(b'-')[0]


def duplicate(text):
    tags = [part.partition(b'=')[0].strip() for part in text.split(b';') if part.strip()]
    return len(set(tags)) < len(tags)


def blank_before_colon(case):
    return any(re.match(NAME + rb'[ \t]+:', field) for field in case.fields())


def lone_cr(case):
    return re.search(rb'\r(?!\n)', case.message) is not None


def odd_pads(case):
    """Do the lengths of the hash and of the signature fit, but not the number of pads?"""
    b, bh, p = [b''.join((text or b'').split()) for text in (case.tag(b'b'), case.tag(b'bh'), key_tag(case, b'p'))]
    return len(bh.rstrip(b'=')) == 43 and len(b.rstrip(b'=')) in (86, 171, 342, 683) and any(len(text) % 4 for text in (b, bh, p))


def beyond_body(case):
    """Is l= larger than the body, in its canonical form?"""
    canon = (case.tag(b'c') or b'').strip().lower().partition(b'/')[2]
    length = (case.tag(b'l') or b'').strip()
    return length.isdigit() and int(length) > len(sign.canon_body(case.parts()[1], canon.decode('latin-1') or 'simple'))


def own_named(case):
    """Does h= name more signatures than there are others?"""
    return names(case).count(b'dkim-signature') >= len(case.signatures())


def from_more_than_named(case):
    return sum(field[:5].lower() == b'from:' for field in case.fields()) > names(case).count(b'from')


def white_beyond(case):
    """VT or FF, which Python's strip() and C's isspace() take for white space"""
    return re.search(rb'[\x0b\x0c]', case.parts()[0]) is not None


def with_last_line_end(case):
    return None if case.message.endswith(b'\r\n') else case.with_message(case.message + b'\r\n')


def with_empty_line(case):
    """CRLF after a header that ends with a line end, without an empty line"""
    whole = re.search(rb'(?:\A|\r\n)\r\n', case.message) or not case.message.endswith(b'\r\n')
    return None if whole else case.with_message(case.message + b'\r\n')


def with_crlf(case):
    changed = re.sub(rb'(?<!\r)\n', b'\r\n', case.message)
    return None if changed == case.message else case.with_message(changed)


def without_junk(case):
    return case.with_fields([field for field in case.fields() if re.match(NAME + rb'[ \t]*:', field)])


def with_tight_colons(case):
    """Without the white space, except where it is signed"""
    relaxed = (case.tag(b'c') or b'').strip().lower().startswith(b'relaxed')
    signed = [] if relaxed else [*names(case), b'dkim-signature']
    return case.with_fields([field if field.split(b':')[0].strip().lower() in signed else re.sub(rb'^(' + NAME + rb')[ \t]+:', rb'\1:', field)
                             for field in case.fields()])


# order matters: a final LF becomes CRLF before a missing line end is looked for
REWRITTEN = [
    Change('a bare LF', BOTH, 'DEVIATIONS.md: it is a line end', 'test_dkim_canon: "LF is a line end"', with_crlf),
    Change('a last line without a line end', BOTH, 'RFC 6376 3.4.3, 3.4.4: CRLF is added', 'test_dkim_canon: "no last line end"',
           with_last_line_end),
    Change('no empty line after the header', O, 'RFC 5322 2.1, 3.5: the body, with the empty line, is optional',
           'test_dkim_check: "no empty line either"', with_empty_line),
    Change('a line without a colon', BOTH, 'RFC 6376 3.7: only the fields of h= are hashed', 'test_fields: "two words before the colon"',
           without_junk),
    Change('white space before a colon', BOTH, 'RFC 5322 4.5, RFC 6376 3.4.2: it is deleted', 'test_fields: "a blank before the colon"',
           with_tight_colons),
]
PASSES = 'pass'
SETTLED = [
    # what they refuse
    Row('white space before the colon of a signed field', BOTH, 'RFC 5322 4.5, RFC 6376 3.4.1: a field with it', 'test_fields: "a blank before the colon"',
        lambda c, o, t: refused(t, r'^MessageFormatError: Unexpected char|^syntax|signature verification failed|^no sig') and blank_before_colon(c)),
    Row('q= with other methods beside dns/txt, or in upper case', BOTH, 'RFC 6376 3.5 q=: unknown methods are ignored; RFC 5234 2.3',
        'test_dkim_sig: "q= with an unknown one first"', lambda c, o, t: refused(t, r'^ValidationError: q= value|query') and o.word == PASSES),
    Row('another signature that is malformed', O, 'RFC 6376 6.1: each signature is verified by itself', 'testdata: dkim/one-good-one-malformed',
        lambda c, o, t: refused(t, r'^syntax') and any(value not in WELL_FORMED for value in c.signatures()[1:])),
    Row('no From field', O, 'RFC 6376 3.5 h=: a name without a field is the null string', 'test_dkim_check: "h= names a From that is not there"',
        lambda c, o, t: refused(t, r'^syntax') and not any(re.match(rb'(?i)from[ \t]*:', field) for field in c.fields())),
    Row('b= as the first tag, without white space before it', D, 'RFC 6376 3.2: the order of tags is free', 'test_dkim_canon: "b= at the start"',
        lambda c, o, t: o.word == PASSES and t.why == 'False' and c.signature().startswith(b'b')),
    Row('white space between b= and the next ";"', D, 'RFC 6376 3.7: all around the value is not hashed', 'test_dkim_canon: "b= with folds and blanks around it"',
        lambda c, o, t: o.word == PASSES and t.why == 'False' and re.search(rb'(?:\A|;)\s*b\s*=[^;]*\s;', c.signature())),
    Row('8-bit text in an unknown tag of the signature', O, 'RFC 8616 3: UTF-8 is allowed', 'test_dkim_sig: "8-bit in an unknown tag"',
        lambda c, o, t: refused(t, '^syntax') and re.search(rb'[\x80-\xff]', c.signature())),
    Row('";" in the name of a field', O, 'RFC 5322 3.6.8: ftext', 'test_fields: "every byte that a name may hold"',
        lambda c, o, t: refused(t, '^syntax') and any(b';' in field.split(b':')[0] for field in c.fields())),
    Row('a local part of i= that is none', O, 'DEVIATIONS.md: only the domain counts', 'test_dkim_sig: "i= with two @: the last counts"',
        lambda c, o, t: refused(t, 'invalid domain coverage') and (c.tag(b'i') or b'').count(b'@') > 1),
    Row('white space between b and "="', O, 'RFC 6376 3.2: FWS may be there', 'test_dkim_canon: "b= with folds and blanks around it"',
        lambda c, o, t: refused(t, 'signature verification failed') and re.search(rb'(?:\A|;)\s*b\s+=', c.signature())),
    Row('8-bit text in n= of a key', O, 'DEVIATIONS.md: it is read', 'test_dkim_key: "a note in Latin-1"',
        lambda c, o, t: refused(t, 'key DNS reply corrupt') and re.search(rb'[\x80-\xff]', key_of(c))),
    Row('odd names of tags', BOTH, 'DEVIATIONS.md: they are read', 'test_taglist: "a digit first"',
        lambda c, o, t: re.search(rb'(?:\A|;)\s*(?:\d|\w+-)', c.signature()) and refused(t, "^MessageFormatError: b'|signature verification")),
    Row('a bare = in the local part of i=', O, 'DEVIATIONS.md: it is read', 'test_dkim_sig: "i= with a bare = in the local part"',
        lambda c, o, t: refused(t, 'invalid domain coverage') and re.search(rb'=.*@', c.tag(b'i') or b'')),
    Row('t= of the year 1970', O, 'RFC 6376 3.5 t=: seconds since then', 'test_dkim_sig: "leading zeros"',
        lambda c, o, t: refused(t, 'timestamp in the future') and int(c.tag(b't') or b'2') < 2),
    Row('q= without dns/txt', O, 'RFC 6376 3.5 q=: the only method', 'test_dkim_sig: "q=dns"',
        lambda c, o, t: o.word != PASSES and c.tag(b'q') is not None and b'dns/txt' not in c.tag(b'q').lower()),
    Row('s= of a key as a list, or in upper case', D, 'RFC 6376 3.6.1 s=: a list; RFC 5234 2.3', 'test_dkim_key: "s=tlsrpt:email"',
        lambda c, o, t: refused(t, r'^UnknownKeyTypeError: None') and (key_tag(c, b's') or b'').strip().lower() not in (b'*', b'email')
        or refused(t, r'^UnknownKeyTypeError: None') and re.search(rb'[A-Z]', key_tag(c, b's') or b'')),
    Row('base64 with fewer or more pads than it needs', BOTH, 'DEVIATIONS.md: by RFC 6376 2.10 both pads are optional', 'test_base64: "two, no pad"',
        lambda c, o, t: o.word == PASSES and odd_pads(c)),
    Row('words of tags in upper case', BOTH, 'RFC 5234 2.3: literal text in ABNF has no case', 'test_dkim_sig: "c= in another case"',
        lambda c, o, t: refused(t, r'invalid c= value|unknown signature algorithm|unknown algorithm in k=|key type unknown')
        and re.search(rb'[A-Z]', b''.join(filter(None, (c.tag(b'c'), c.tag(b'a'), key_tag(c, b'k')))))),
    Row('h= names DKIM-Signature: the signature itself is taken for a signed field', BOTH, 'RFC 6376 3.5 h=: the field that is verified is not one of them',
        'test_dkim_check: "h= names its own field"', lambda c, o, t: o.word == PASSES and own_named(c) and refused(t, r'^False|signature verification failed|it dies')),
    Row('white space at the end of a simple signature field is removed', D, 'RFC 6376 3.7: only the final CRLF is', 'test_dkim_canon: "spaces at the end of the signature"',
        lambda c, o, t: re.search(rb'[ \t\x0b\x0c]\r\n\Z', c.signature()) and t.why in ('False', 'True')),
    Row('a From above the signed one fails the signature', D, 'RFC 6376 8.15, RFC 8601 2.7.1: refusing is local policy',
        'test_dkim_check: "a second From above"', lambda c, o, t: o.word == PASSES and t.why == 'False' and from_more_than_named(c)),
    Row('VT and FF are removed as white space', BOTH, 'RFC 6376 2.8: WSP is space and TAB', 'test_dkim_canon: "NUL, 8-bit, VT and FF are data"',
        lambda c, o, t: white_beyond(c)),
    Row('a CR that ends no line is white space', BOTH, 'RFC 6376 3.4: only CRLF ends a line; other octets are data', 'test_dkim_canon: "a bare CR is data"', lambda c, o, t: lone_cr(c)),
    Row('t= or x= of 12 digits and more', O, 'RFC 6376 3.5: 1*12DIGIT, longer ones may count as infinite', 'test_dkim_sig: "thirteen digits are without end"',
        lambda c, o, t: any(len((c.tag(tag) or b'').strip()) >= 12 for tag in (b't', b'x'))),
    Row('white space around "=" in a key', O, 'RFC 6376 3.2: FWS may be there', 'test_dkim_key: "folds and blanks"',
        lambda c, o, t: refused(t, 'key DNS reply corrupt') and re.search(rb'\s=|=\s', key_of(c))),
    # what they let pass
    Row('d= of one label, or with a final dot', BOTH, 'RFC 6376 3.5 d=: sub-domain 1*("." sub-domain)', 'testdata: dkim/bad-d-one-label',
        lambda c, o, t: o.word != PASSES and re.fullmatch(rb'\s*(?:[^.]*|.*\.)\s*', c.tag(b'd') or b'')),
    Row('s= that is not a name', BOTH, 'RFC 6376 3.1: sub-domain *("." sub-domain)', 'test_dkim_sig: "s= with a dot at the end"',
        lambda c, o, t: o.word != PASSES and re.search(rb'\A\s*\Z|\.\s*\Z|[^.]{64}', c.tag(b's') or b'')),
    Row('an RSA key of 1,023 bits', O, 'RFC 8301 3.2: at least 1,024', 'testdata: dkim/key-rsa-1023',
        lambda c, o, t: o.word != PASSES and rsa_bits(c) == 1023),
    Row('tags outside the grammar', BOTH, 'RFC 6376 3.2, 6.1.1: a syntax error is PERMFAIL', 'test_taglist: "no equals sign"',
        lambda c, o, t: o.word != PASSES and not TAGS.fullmatch(c.signature())),
    Row('a key outside the grammar', BOTH, 'RFC 6376 3.2, 3.6.1', 'test_dkim_key: "an element without ="', lambda c, o, t: o.word != PASSES and not TAGS.fullmatch(key_of(c))),
    Row('a tag twice', BOTH, 'RFC 6376 3.2: the entire list is invalid', 'test_taglist: "same name twice"',
        lambda c, o, t: o.word != PASSES and (duplicate(c.signature()) or duplicate(key_of(c)))),
    Row('octets outside base64 are ignored', BOTH, 'RFC 6376 2.10: base64string', 'test_dkim_sig: "b= is no base64"',
        lambda c, o, t: o.word != PASSES and not all(BASE64.fullmatch(text or b'') for text in (c.tag(b'b'), c.tag(b'bh'), key_tag(c, b'p')))),
    Row('From is not signed', D, 'RFC 6376 5.4, 6.1.1: PERMFAIL', 'test_dkim_sig: "h= without From"', lambda c, o, t: o.word != PASSES and b'from' not in names(c)),
    Row('c= with white space in it', O, 'RFC 6376 3.5 c=: there is none around the slash', 'test_dkim_sig: "c= with spaces around the slash"',
        lambda c, o, t: o.word != PASSES and re.search(rb'\s/|/\s', c.tag(b'c') or b'')),
    Row('t=s of a key is ignored', D, 'RFC 6376 3.6.1 t=s: i= must have the domain of d=', 'testdata: dkim/key-t-s-i-subdomain',
        lambda c, o, t: o.word != PASSES and re.search(rb'(?:\A|:)\s*s\s*(?:\Z|:)', key_tag(c, b't') or b'')),
    Row('v=, h= or s= of a key without a value', O, 'RFC 6376 3.6.1: DKIM1, at least one hash, at least one service', 'test_dkim_key: "s= empty"',
        lambda c, o, t: o.word != PASSES and any(key_tag(c, tag) is not None and not key_tag(c, tag).strip() for tag in (b'v', b'h', b's'))),
    Row('what is behind a NUL in a field is not read', O, 'RFC 5322 4: an octet like others to a verifier', 'test_fields: "a NUL in the value"',
        lambda c, o, t: b'\0' in c.parts()[0]),
    Row('h= of a key is ignored', D, 'RFC 6376 3.6.1 h=, 6.1.2', 'test_dkim_key: "h=sha1"', lambda c, o, t: o.word != PASSES and key_tag(c, b'h') is not None),
    Row('a name in h= that is none', BOTH, 'RFC 6376 3.5 h=: hdr-name', 'test_dkim_sig: "a blank inside a name of h="',
        lambda c, o, t: o.word != PASSES and any(not re.fullmatch(NAME, name) for name in names(c))),
    Row('k= names another key type', BOTH, 'RFC 6376 6.1.2: the key must fit the algorithm', 'testdata: dkim/key-k-ed25519-holds-rsa',
        lambda c, o, t: o.word != PASSES and other_key_type(c)),
    Row('l= larger than the body', BOTH, 'RFC 6376 3.5 l=: must not be', 'testdata: dkim/bad-l-beyond-the-body',
        lambda c, o, t: o.word != PASSES and beyond_body(c)),
    Row('v= with white space in it', O, 'RFC 6376 3.6.1 v=: exactly DKIM1', 'test_dkim_key: "v= with a blank inside"', lambda c, o, t: re.search(rb'DKIM\s+1', key_of(c))),
    Row('i= without a domain', BOTH, 'RFC 6376 3.5 i=: [ Local-part ] "@" domain-name', 'test_dkim_sig: "i= empty"',
        lambda c, o, t: o.word != PASSES and b'@' not in (c.tag(b'i') or b'@')),
    Row('x= is not after t=', BOTH, 'RFC 6376 3.5 x=: must be greater', 'test_dkim_sig: "x= before t="',
        lambda c, o, t: o.word != PASSES and c.tag(b'x') is not None and number(c.tag(b'x')) <= number(c.tag(b't'))),
]
