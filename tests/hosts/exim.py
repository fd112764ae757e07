"""exim.py: an Exim of our own, unpacked beside the system's mail server, with the files of contrib/.

Debian's exim4-daemon-heavy conflicts with postfix as a package, so it is unpacked and never installed.
Everything runs as its user Debian-exim, which is created if missing.
"""

import glob
import os
import pwd
import re
import shutil
import subprocess

from rig import Trouble, free_port, maildir, until

OWNER = 'Debian-exim'
CONFIG = """
exim_path = {dir}/sbin/exim4
spool_directory = {dir}/spool
log_file_path = {dir}/log/%slog
pid_file_path = {dir}/exim.pid
deliver_drop_privilege = true
primary_hostname = mx.test
qualify_domain = mx.test
keep_environment =
add_environment = PATH=/usr/bin:/bin
local_interfaces = 127.0.0.1
daemon_smtp_ports = {pipe} : {filter} : {av}
hostlist relay_from_hosts = 127.0.0.200
host_lookup =
rfc1413_hosts =
helo_accept_junk_hosts = *
smtputf8_advertise_hosts = *
accept_8bitmime = true
message_size_limit = 64M
tls_advertise_hosts =
chunking_advertise_hosts =
queue_run_max = 2
smtp_accept_max = 50
acl_smtp_rcpt = rcpt
acl_smtp_data = data
{av_main}
begin acl
rcpt:
  accept domains = pipe.test : filter.test : av.test
  deny message = no
data:
  accept condition = ${{if !eq{{$received_port}}{{{av}}}}}
{av_acl}
  accept
begin routers
others:
  driver = manualroute
  domains = ! pipe.test : ! filter.test : ! av.test
  transport = sink
  route_list = * 127.0.0.1 byname
  self = send
direct:
  driver = accept
  domains = filter.test
  transport = filtered
direct_av:
  driver = accept
  domains = av.test
  transport = box
{pipe_router}
judged:
  driver = accept
  transport = box
begin transports
sink:
  driver = smtp
  port = {sink}
  allow_localhost
  hosts_try_fastopen =
  message_linelength_limit = 1000000
box:
  driver = appendfile
  directory = {mail}/$domain_data_or_box
  maildir_format
  return_path_add
  envelope_to_add
filtered:
  driver = appendfile
  directory = {mail}/exim-filter/Maildir
  maildir_format
  return_path_add
  envelope_to_add
{filter_transport}
{pipe_transport}
begin retry
* * F,1d,10m
"""


def unpack(build):
    """Where the unpacked package is."""
    place = os.path.join(build, 'hosts', 'exim')
    program = os.path.join(place, 'usr/sbin/exim4')
    if not os.path.exists(program):
        os.makedirs(place, exist_ok=True)
        for argv in (['apt-get', 'download', 'exim4-daemon-heavy'],):
            done = subprocess.run(argv, cwd=place, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, check=False)
            if done.returncode != 0:
                raise Trouble(done.stdout.decode('utf-8', 'replace'))
        for package in glob.glob(place + '/*.deb'):
            subprocess.run(['dpkg', '-x', package, place], check=True)
    return program


def make_owner():
    try:
        pwd.getpwnam(OWNER)
    except KeyError:
        subprocess.run(['useradd', '--badname', '--system', '--no-create-home', '--home-dir',
                        '/var/spool/exim4', '--shell', '/usr/sbin/nologin', OWNER], check=True)


class Exim:
    def __init__(self, rig, build, sink, conf):
        self.rig = rig
        self.ports = {kind: free_port() for kind in ('pipe', 'filter', 'av')}
        self.folder = rig.path('exim', 'x')[:-2]
        self.call = '%s --config %s' % (rig.program, conf)
        self.reinject = self.folder + '/exim-reinject'
        self.reinjected = rig.path('exim/full', 'x')[:-2]
        make_owner()
        shutil.copy(unpack(build), rig.path('exim/sbin/exim4'))
        os.chmod(rig.path('exim/sbin/exim4'), 0o755)
        for name in ('spool', 'log'):
            os.makedirs(os.path.join(self.folder, name))
            shutil.chown(os.path.join(self.folder, name), OWNER, OWNER)
        for kind in self.ports:
            rig.mailbox('exim-' + kind, OWNER)
        self.configure(sink)
        self.exim = [self.folder + '/sbin/exim4', '-C', self.folder + '/exim.conf']
        rig.start('exim', self.exim + ['-bdf'])
        if not until(lambda: os.path.exists(self.folder + '/exim.pid')):
            raise Trouble('Exim did not start: ' + self.log())

    def configure(self, sink):
        rig = self.rig
        etc = ('/etc/mailstamp', self.folder)
        program = ('/usr/bin/mailstamp', self.call)
        rig.write('exim/envelope-secret', '0123456789abcdef0123456789abcdef\n', 0o400, OWNER)
        rig.write('exim/exim-reinject', rig.contrib('exim/exim-reinject', [
            ('/usr/sbin/exim4', '%s/sbin/exim4 -C %s/exim.conf' % (self.folder, self.folder))]),
                  0o755)
        rig.write('exim/exim-judge', rig.contrib('exim/exim-judge', [
            program, ('/usr/local/lib/mailstamp', self.folder)]), 0o755)
        text = CONFIG.replace('{mail}/$domain_data_or_box', '{mail}/exim-'
                              '${{if eq{{$domain}}{{av.test}}{{av}}{{pipe}}}}/Maildir')
        rig.write('exim/exim.conf', text.format(
            dir=self.folder, mail=rig.path('mail', 'x')[:-2], sink=sink,
            av_main=rig.contrib('exim/av.main', [program]),
            av_acl=rig.contrib('exim/av.acl', []),
            pipe_router=rig.contrib('exim/pipe.router', []),
            pipe_transport=rig.contrib('exim/pipe.transport', [
                ('/usr/local/lib/mailstamp', self.folder),
                ('  user = Debian-exim\n', ''), ('  group = Debian-exim\n', ''),
                ('timeout = 15m', 'timeout = 12s')]),
            filter_transport=rig.contrib('exim/filter.transport', [
                program, etc, ('filter_timeout = 4m', 'filter_timeout = 3s')]),
            **self.ports))

    def run(self, *args):
        return subprocess.run(self.exim + list(args), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False).stdout

    def queue(self, mark):
        """{queue id: active, or deferred after a try} of messages with that mark."""
        out, log = {}, None
        for entry in self.run('-bp').decode('utf-8', 'replace').split('\n\n'):
            if mark.decode() in entry:
                ident = re.search(r'\w{6}-\w{6,11}-\w{2,4}', entry).group()
                log = log or self.log()
                out[ident] = 'deferred' if re.search(
                    re.escape(ident) + ' (==|Frozen)', log) else 'active'
        return out

    def handed_on(self, mark):
        """Has more of the message been handed on than was sent?"""
        return len(self.queue(mark)) > 1

    def flush(self):
        self.run('-qff')

    def log(self):
        text = ''
        for name in ('mainlog', 'rejectlog', 'paniclog'):
            try:
                with open(os.path.join(self.folder, 'log', name), encoding='utf-8',
                          errors='replace') as data:
                    text += data.read()
            except FileNotFoundError:
                pass
        return text

    def queue_fills(self, disk):
        """Returned messages go to an Exim whose spool is on that disk."""
        rig = self.rig
        shutil.chown(self.reinjected, OWNER, OWNER)
        disk.mount()
        with open(self.folder + '/exim.conf', encoding='utf-8') as text:
            rig.write('exim/full.conf', text.read().replace(
                'spool_directory = %s/spool' % self.folder,
                'spool_directory = ' + self.reinjected))
        with open(self.reinject, encoding='utf-8') as text:
            rig.swap(self.reinject, text.read().replace('/exim.conf', '/full.conf'))

    def queue_empties(self, disk):
        self.rig.restore(self.reinject)
        disk.umount()

    @staticmethod
    def box(kind):
        return 'exim-' + kind

    def boxes(self, kind):
        return maildir(self.rig.path('mail', 'exim-' + kind, 'Maildir')), []
