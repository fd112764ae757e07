"""spf_settled.py: the kinds of disagreement about SPF that are settled.

In each of them mailstamp follows the text that is named, or docs/DEVIATIONS.md says why not. Query is pyspf in which
some of its known faults are undone: where that makes it agree, the disagreement is of that kind (REWRITTEN). A row of
SETTLED must recognize its kind by the records that were asked for.
"""
import collections
import re
import sys

import spf

Row = collections.namedtuple('Row', 'name peers text test fits')
Change = collections.namedtuple('Change', 'name peers text test change')
P = ('pyspf',)
JOINERS, ARGS = spf.JOINERS, spf.RE_ARGS
JOIN, VOIDS, REDIRECT, MX, PTR, EARLY = FAULTS = 'join', 'voids', 'redirect', 'mx', 'ptr', 'early'


class Lazy:
    """A domain-spec that is expanded when it is used, not when the record is parsed."""

    def __init__(self, query, text):
        self.query, self.text, self.name = query, text, None

    def __str__(self):
        if self.name is None:
            self.name = self.query.expand(self.text)
        return self.name

    def lower(self):
        return str(self).lower()


class Query(spf.query):
    """pyspf without the faults of undone."""

    def __init__(self, undone, **given):
        super().__init__(**given)
        # does the current term have a void lookup; is an explanation made; were the client's names asked for
        self.undone, self.term_void, self.explaining, self.ptrs_asked = undone, True, False, False

    def expand(self, s, stripdot=True):
        if JOIN in self.undone:
            spf.JOINERS, spf.RE_ARGS = dict.fromkeys('slodiphvcrt', '.'), re.compile(r'([0-9]*)([rR]?)([^0-9a-zA-Z]*)')
        else:
            spf.JOINERS, spf.RE_ARGS = JOINERS, ARGS
        return super().expand(s, stripdot)

    def expand_domain(self, arg):
        if EARLY not in self.undone:
            return super().expand_domain(arg)
        if spf.RE_TOPLAB.split(arg)[-1]:
            raise spf.PermError('Invalid domain found (use FQDN)', arg)
        return Lazy(self, arg)

    def get_explanation(self, spec):
        self.explaining = EARLY in self.undone
        try:
            return super().get_explanation(spec)
        finally:
            self.explaining = False

    def check1(self, record, domain, recursion):    # pylint: disable=arguments-renamed
        return super().check1(record, str(domain), recursion)

    def check_lookups(self):
        term = sys._getframe(1).f_locals.get('m')    # pylint: disable=protected-access
        if isinstance(term, list) and REDIRECT in self.undone:
            return      # redirect= while the record is parsed: counted by dns_spf when it is followed
        self.term_void = False
        super().check_lookups()

    def dns_spf(self, domain):
        caller = sys._getframe(1)                   # pylint: disable=protected-access
        if REDIRECT in self.undone and caller.f_code.co_name == 'check0' and caller.f_locals.get('redirect') is domain:
            self.term_void = False
            super().check_lookups()
        return super().dns_spf(str(domain))

    def dns(self, name, qtype, cnames=None, ignore_void=False):
        name = str(name)
        if VOIDS not in self.undone:
            return super().dns(name, qtype, cnames, ignore_void)
        found = super().dns(name, qtype, cnames, True)
        if not found and not ignore_void and not self.explaining and not self.term_void and named(name):
            self.term_void = True
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError('Void lookup limit exceeded')
        return found

    def dns_mx(self, domainname):
        if MX not in self.undone:
            return super().dns_mx(domainname)
        bits = sys._getframe(1).f_locals['cidrlength']     # pylint: disable=protected-access
        hosts = sorted(self.dns(domainname, 'MX'))
        if len(hosts) > spf.MAX_MX:
            raise spf.PermError('More than 10 MX records')
        for _, host in hosts:
            found = self.dns_a(host, self.A)
            if self.cidrmatch(found, bits):
                return found
        return []

    def validated_ptrs(self):
        if PTR not in self.undone:
            return super().validated_ptrs()
        target = str(sys._getframe(1).f_locals.get('arg'))      # pylint: disable=protected-access
        return self.first_name([lambda name: spf.domainmatch([name], target)])

    def getp(self):
        if EARLY not in self.undone or PTR not in self.undone:
            return super().getp()
        if not self.ptrs_asked and not self.explaining:
            super().check_lookups()
        domain = self.d.lower()
        found = self.first_name([lambda name: name.lower() == domain, lambda name: spf.domainmatch([name], domain),
                                 lambda name: not spf.domainmatch([name], domain)])
        self.p = found[0] if found else 'unknown'
        return self.p

    def first_name(self, wishes):
        """[the first name of the client that fulfils the first wish that any confirmed one fulfils]"""
        self.ptrs_asked = True
        try:
            names = self.dns_ptr(self.i)[:spf.MAX_PTR]
        except spf.TempError:
            return []
        for wish in wishes:
            for name in names:
                if wish(name) and self.confirmed(name):
                    return [name]
        return []

    def confirmed(self, name):
        try:
            return self.cidrmatch(self.dns_a(name, self.A), self.cidrmax)
        except spf.TempError:
            return False


def named(name):
    return all(0 < len(label) < 64 for label in name.removesuffix('.').split('.'))


def with_local_part(case):
    return case.sent_by('postmaster' + case.envelope['mail_from']) if case.envelope['mail_from'][:1] == '@' else None


def without_final_dot(case):
    return case.sent_by(case.envelope['mail_from'][:-1]) if case.envelope['mail_from'][-1:] == '.' else None


def undo(name, fault, text, test):
    return Change(name, P, text, test, lambda case: case.undoing(fault))


# RFC 7208 7.1
MACRO = re.compile(rb'%(?:[%_-]|\{[a-z][0-9]*r?[.+,/_=-]*\})', re.I)


def bad_macro(case):
    return b'%' in MACRO.sub(b'', case.text()) or re.search(rb'%\{[a-z]0+(?:r|[.+,/_=-])*\}', case.text(), re.I)


REWRITTEN = [
    Change('%{s} without postmaster where there is no local part', P, 'RFC 7208 4.3', 'test_spf_check: "no local-part"', with_local_part),
    Change('a final dot of the sender\'s domain', P, 'RFC 7208 4.3: a zero-length label at the end is not malformed', 'test_spf_check: "a dot at the end"',
           without_final_dot),
    undo('the parts of a macro are not joined by dots, and R is not r', JOIN, 'RFC 7208 7.3, RFC 5234 2.3', 'test_spf_macro: "%{lr-}"'),
    undo('void lookups are counted by query', VOIDS, 'DEVIATIONS.md: RFC 7208 4.6.4 counts terms', 'test_spf_match: "several hosts without an address are one void term"'),
    undo('all hosts of an mx are looked up before one is compared', MX, 'RFC 7208 5.4: in order of preference', 'test_spf_match: "mx by preference: a match before a time-out"'),
    undo('ptr is temperror if DNS fails, and all names are looked up', PTR, 'RFC 7208 5.5: no match', 'test_spf_match: "ptr, a DNS error is no match"'),
    undo('redirect= counts although it is not followed', REDIRECT, 'RFC 7208 4.6.4, 6.1: it causes no query then', 'test_spf_match: "a redirect that is not followed does not count"'),
    undo('all terms are expanded before the first is evaluated, %{p} once for all domains, and include of itself is refused', EARLY,
         'RFC 7208 4.6.2, 4.6.4, 7.3', 'testdata: spf/include-itself-behind-a-match'),
]
SETTLED = [
    Row('a long explanation is cut at its first dot', P, 'RFC 7208 7.3: that is for names', 'test_spf_check: "300 octets with a dot are not cut"',
        # ours ends after 500 octets
        lambda c, o, t: o.word == t.word == 'fail' and len(o.explanation or '') > 253
        and (t.explanation or '').lower().startswith(o.explanation.lower().partition('.')[2])),
    Row('8-bit text or control characters in an explanation', P, 'RFC 7208 6.2: US-ASCII; 12: explain-string', 'test_spf_check: "a control character"',
        lambda c, o, t: o.word == t.word == 'fail' and o.explanation is None and re.search('[^ -~]', t.explanation or '')),
    Row('"%%" at the end of a text', P, 'RFC 7208 7.1: it is one per cent sign', 'test_spf_macro: "100%%"',
        lambda c, o, t: o.word == t.word == 'fail' and t.explanation is None and o.explanation.endswith('%')),
    Row('a reverse-path without @', P, 'RFC 7208 4.1, 4.3: it has no domain', 'test_spf_check: "a path without @"',
        lambda c, o, t: o.word == 'none' and '@' not in c.envelope['mail_from'] != ''),
    Row('control characters in an unknown modifier', P, 'RFC 7208 12: unknown-modifier is a macro-string', 'test_spf_record: "a tab in an unknown modifier"',
        lambda c, o, t: re.match('spf_syntax [A-Za-z][A-Za-z0-9._-]*=.*[^!-~]', o.why)),
    Row('an unknown modifier twice is refused', P, 'RFC 7208 6: ignored, however often', 'test_spf_record: "an unknown modifier twice"',
        lambda c, o, t: t.why.startswith('SPF Permanent Error: ') and 'MUST appear at most once' in t.why
        and not re.search('(redirect|exp)= MUST', t.why)),
    Row('a macro outside the grammar', P, 'RFC 7208 7.1, 4.6: permerror', 'test_spf_record: "a wrong delimiter"',
        lambda c, o, t: bad_macro(c) and (o.why.startswith('spf_syntax') or o.word == t.word == 'fail' and o.explanation is None)),
]
