"""paste_exim.py: contrib/exim/README.md, and the files that it names as they are, in Debian's Exim."""

import glob
import os
import re
import shutil

import exim
from paste_postfix import MARK, STAMP
from place import BAD, GOOD, Readme, fields, maildir, put, run
from rig import Trouble, until

# what stands in a configuration before the files of contrib/exim are pasted into its sections
CONFIG = """
primary_hostname = mx.test
qualify_domain = mx.test
keep_environment =
local_interfaces = 0.0.0.0
daemon_smtp_ports = 25
hostlist relay_from_hosts = 127.0.0.1 : ::1
host_lookup =
rfc1413_hosts =
tls_advertise_hosts =
acl_smtp_rcpt = rcpt
acl_smtp_data = data
{main}
begin acl
rcpt:
  accept domains = mx.test
  deny
data:
{acl}
  accept
begin routers
{router}
local:
  driver = accept
  domains = mx.test
  check_local_user
  transport = {transport}
others:
  driver = redirect
  data = :blackhole:
begin transports
box:
  driver = appendfile
  directory = /srv/$local_part_data/Maildir
  maildir_format
store:
  driver = appendfile
  directory = /var/spool/exim4/store
  maildir_format
  user = Debian-exim
{filter}
{pipe}
begin retry
* * F,1d,10m
"""


def part(name):
    with open('/opt/contrib/exim/' + name, encoding='utf-8') as text:
        return text.read()


def installed(site, *blocks, **parts):
    """Exim with these files in their sections, and the blocks of the README pasted."""
    run('postfix', 'stop', check=False)
    site.stop('exim')
    exim.make_owner()
    program = exim.unpack(site.build)
    shutil.copy(program, '/usr/sbin/exim4')
    os.chmod('/usr/sbin/exim4', 0o4755)
    for place in ('/var/spool/exim4', '/var/log/exim4'):
        shutil.rmtree(place, ignore_errors=True)
        os.makedirs(place)
        shutil.chown(place, exim.OWNER, exim.OWNER)
    for box in glob.glob('/srv/*/Maildir'):
        shutil.rmtree(box)
    names = dict.fromkeys(('main', 'acl', 'router', 'filter', 'pipe'), '')
    names.update({key: part(name) for key, name in parts.items() if key in names})
    put('/etc/exim4/exim4.conf', CONFIG.format(transport=parts.get('transport', 'box'), **names))
    readme = Readme(site, 'exim')
    readme.paste('install')
    for block in blocks:
        readme.paste(block)
    site.start('exim', '/usr/sbin/exim4', '-bdf')

    def answers():
        try:
            return site.smtp('none.example', to='carol')[1][0] == 250
        except OSError:
            return False
    if not until(answers, 10):
        raise Trouble('Exim does not answer: ' + log())
    return readme


def log():
    out = ''
    for name in glob.glob('/var/log/exim4/*'):
        with open(name, encoding='utf-8', errors='replace') as text:
            out += text.read()
    return out[-1500:]


def arrived(mark):
    return [each for place in glob.glob('/srv/*/Maildir') + glob.glob('/var/spool/exim4/store')
            for each in maildir(place) if ('<%s@' % mark).encode() in each]


def one(check, what, mark, wanted, stamped=True):
    until(lambda: arrived(mark), 12)
    got = arrived(mark)
    check(what + ' arrives once', len(got) == 1, '%d; %s' % (len(got), log()))
    if got:
        stamps = [each for each in fields(got[0], STAMP) if each.startswith('mx.test;')]
        check(what + ' is stamped', len(stamps) == (1 if stamped else 0), stamps)
        check(what + ' is marked', fields(got[0], MARK) == wanted, fields(got[0], MARK))


def exim_av(site, check):
    """In the session: marks only, then rejects; no answer from DNS is 451."""
    readme = installed(site, main='av.main', acl='av.acl')
    mark, got = site.smtp('pass.example')
    one(check, 'good', mark, [], stamped=False)
    mark, got = site.smtp('reject.example', client=BAD)
    one(check, 'reject, first stage', mark, ['quarantine'], stamped=False)
    site.dns(lame=True)
    _, got = site.smtp('lame.example', client=BAD)
    check('no answer from DNS', got[0] == 451, got)
    site.dns(lame=False)
    readme.paste('enforce')
    _, got = site.smtp('reject.example', client=BAD)
    check('reject', got[0] == 550 and 'reject.example' in re.sub(r'\s+', ' ', got[1]), got)
    mark, got = site.smtp('reject.example', client='127.0.0.1')
    one(check, 'own machine', mark, [], stamped=False)


def exim_pipe(site, check):
    """In between: stamped once; bounced where SPF passed for the reverse-path."""
    readme = installed(site, 'reinject', router='pipe.router', pipe='pipe.transport')
    mark, _ = site.smtp('pass.example', extra='Authentication-Results: mx.test; dmarc=pass (x)\n')
    one(check, 'good', mark, [])
    mark, _ = site.smtp('reject.example', client=BAD)
    one(check, 'reject, first stage', mark, ['quarantine'])
    readme.paste('enforce')
    mark, _ = site.smtp('reject.example', client=BAD)
    one(check, 'reject of a forged path', mark, ['reject'])
    mark, _ = site.smtp('reject.example', path='s-MARK@path.example')
    check('bounced', until(lambda: '** alice@mx.test R=mailstamp' in log(), 10), log())
    check('not delivered', not arrived(mark))
    mark, _ = site.smtp('reject.example', client='127.0.0.1')
    one(check, 'own machine', mark, [], stamped=False)


def exim_filter(site, check):
    """At delivery: stamped and marked; the envelope's field is gone."""
    readme = installed(site, 'secret', filter='filter.transport', transport='store')
    mark, _ = site.smtp('pass.example')
    one(check, 'good', mark, [])
    check('dmarc=pass', b'dmarc=pass' in arrived(mark)[0] and
          b'X-Mailstamp-Envelope' not in arrived(mark)[0], arrived(mark)[0][:600])
    mark, _ = site.smtp('reject.example', client='127.0.0.1')
    one(check, 'own machine, not trusted', mark, ['quarantine'])
    readme.paste('own-machine')
    mark, _ = site.smtp('reject.example', client='127.0.0.1')
    one(check, 'own machine, trusted', mark, [])
    readme.paste('enforce')
    mark, _ = site.smtp('reject.example', client=GOOD)
    one(check, 'reject', mark, ['reject'])
    readme.paste('no-author')
    site.stop('exim')


CASES = [exim_av, exim_pipe, exim_filter]
