"""postfix.py: a Postfix of our own beside the system's, with the files of contrib/.

The programs are the Debian package's. postdrop and postqueue are copied, without their set-gid bit: with it
they accept no configuration but /etc/postfix. So the queue's maildrop folder is open to all; that and the
ports are the only differences from a real one.
"""

import json
import os
import shutil
import signal
import subprocess

from rig import USER, Trouble, free_port, maildir, until

BASE = """compatibility_level = 3.6
mailstamp_header_checks = regexp:{dir}/etc/mailstamp_header_checks
queue_directory = {dir}/queue
data_directory = {dir}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = {dir}/sbin
sendmail_path = {dir}/sbin/sendmail
maillog_file = {dir}/log
maillog_file_prefixes = {dir}
myhostname = mx.test
mydomain = mx.test
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.200/32
smtpd_relay_restrictions = reject_unauth_destination
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
smtp_dns_support_level = disabled
smtp_host_lookup = native
relayhost = [127.0.0.1]:{sink}
virtual_mailbox_domains = box.test lmtp.test
virtual_mailbox_base = {dir}/../mail
virtual_mailbox_maps = static:postfix/Maildir/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_mailbox_limit = 0
relay_domains = next.test procmail.test maildrop.test
transport_maps = inline:{{ box.test=virtual:, procmail.test=procmail:, maildrop.test=maildrop: }}
message_size_limit = 67108864
procmail_destination_recipient_limit = 1
maildrop_destination_recipient_limit = 1
"""
FRONT = """127.0.0.1:{port} inet n - y - - smtpd
  -o content_filter=mailstamp:dummy
  -o receive_override_options=no_address_mappings
  -o smtpd_discard_ehlo_keywords=silent-discard,dsn
127.0.0.1:{proxy} inet n - y - - smtpd
  -o smtpd_proxy_filter=unix:private/mailstamp-proxy
  -o smtpd_proxy_options=speed_adjust
127.0.0.1:{live} inet n - y - - smtpd
  -o smtpd_proxy_filter=unix:private/mailstamp-proxy
  -o smtpd_proxy_timeout=4s
mailstamp-cleanup unix n - n - 0 cleanup
  -o header_checks=$mailstamp_header_checks
"""
SERVICES = """
127.0.0.1:{direct} inet n - n - - smtpd
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
verify    unix  -       -       n       -       1       verify
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
smtp      unix  -       -       n       -       -       smtp
relay     unix  -       -       n       -       -       smtp
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
virtual   unix  -       n       n       -       -       virtual
lmtp      unix  -       -       n       -       -       lmtp
anvil     unix  -       -       n       -       1       anvil
postlog   unix-dgram n  -       n       -       1       postlogd
procmail  unix  -       n       n       -       -       pipe
  flags=DRFXq user={user} null_sender=
  argv=/usr/bin/procmail -t -m HOME={mail}/procmail DEFAULT={mail}/procmail/Maildir/ {dir}/procmailrc
maildrop  unix  -       n       n       -       -       pipe
  flags=DRFXq user={user} null_sender=
  argv=/usr/bin/maildrop {dir}/maildroprc
"""
SIEVE = """mail_uid = {user}
mail_gid = nogroup
first_valid_uid = 1
mail_home = {home}
log_path = /dev/stderr
"""
# Dovecot 2.4 requires the version for which a configuration is written in its first lines
SIEVE_2_3 = SIEVE + 'mail_location = maildir:{home}/Maildir\n'
SIEVE_2_4 = ('dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n' + SIEVE +
             'mail_driver = maildir\nmail_path = {home}/Maildir\n')
OPEN = ('maildrop', 'public')
FOLDERS = ('active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush', 'hold', 'incoming', 'pid',
           'private', 'saved', 'trace') + OPEN


class Postfix:
    def __init__(self, rig, sink, lmtp, conf):
        self.rig, self.sink, self.lmtp = rig, sink, lmtp
        self.port, self.direct, self.back = free_port(), free_port(), free_port()
        self.proxy, self.live, self.proxy_back = free_port(), free_port(), free_port()
        self.folder = rig.path('postfix', 'x')[:-2]
        self.etc = os.path.join(self.folder, 'etc')
        self.program = '%s --config %s' % (rig.program, conf)
        self.reinject = self.folder + '/sbin/sendmail'
        self.reinjected = self.folder + '/queue/maildrop'
        self.copy_tools()
        self.make_queue()
        self.configure()
        rig.start('postfix', ['/usr/lib/postfix/sbin/master', '-d', '-c', self.etc])
        if not until(lambda: os.path.exists(self.folder + '/queue/public/showq')):
            raise Trouble('Postfix did not start')

    def copy_tools(self):
        for name in ('postdrop', 'postqueue', 'postsuper', 'sendmail', 'postlog'):
            shutil.copy('/usr/sbin/' + name, self.rig.path('postfix/sbin', name))
            os.chmod(self.rig.path('postfix/sbin', name), 0o755)

    def make_queue(self):
        for name in FOLDERS:
            path = os.path.join(self.folder, 'queue', name)
            os.makedirs(path)
            if name != 'pid':
                shutil.chown(path, 'postfix')
            os.chmod(path, 0o1777 if name == 'maildrop' else 0o755 if name in OPEN + ('pid',)
                     else 0o700)
        os.makedirs(self.folder + '/data')
        shutil.chown(self.folder + '/data', 'postfix')

    def configure(self):
        rig = self.rig
        with open('/etc/passwd', encoding='utf-8') as users:
            ids = [line.split(':')[2:4] for line in users if line.startswith(USER + ':')][0]
        rig.mailbox('postfix')
        main = BASE.format(dir=self.folder, sink=self.sink.port, uid=ids[0], gid=ids[1])
        main += rig.contrib('postfix/main.cf', [])
        main += rig.contrib('postfix/lmtp.cf', [
            ('unix:private/dovecot-lmtp', 'inet:127.0.0.1:%d' % self.lmtp.port),
            ('[mail.example.com]:25', '[127.0.0.1]:%d' % self.sink.port)])
        rig.write('postfix/etc/main.cf', main)
        rig.write('postfix/etc/mailstamp_header_checks',
                  rig.contrib('postfix/mailstamp_header_checks', []))
        # what contrib/postfix/README.md does by postconf; hosts/paste runs it as printed
        rig.write('postfix/etc/master.cf', FRONT.format(port=self.port, proxy=self.proxy, live=self.live) + rig.contrib(
            'postfix/master.cf', [
                ('user=mailstamp', 'user=' + USER),
                ('/usr/bin/mailstamp', self.program),
                ('127.0.0.1:10026', '127.0.0.1:%d' % self.back),
                ('no_unknown_recipient_checks,no_header_body_checks,no_milters',
                 'no_unknown_recipient_checks,no_milters\n  -o cleanup_service_name=mailstamp-cleanup')]) +
                  rig.contrib('postfix/proxy.cf', [
                      ('user=mailstamp', 'user=' + USER),
                      ('/usr/bin/mailstamp', self.program),
                      ('127.0.0.1:10027', '127.0.0.1:%d' % self.proxy_back)]) +
                  SERVICES.format(direct=self.direct, dir=self.folder, etc=self.etc,
                                  mail=rig.path('mail', 'x')[:-2], user=USER))
        self.agents()

    def agents(self):
        rig = self.rig
        rig.mailbox('procmail')
        rig.mailbox('maildrop')
        change = [('/usr/bin/mailstamp', self.program)]
        rig.write('postfix/procmailrc', 'TIMEOUT = 3\n' + rig.contrib('procmail/procmailrc', change) +
                  rig.contrib('procmail/junk.procmailrc', []), owner=USER)
        home = rig.path('mail/maildrop')
        rig.write('postfix/maildroprc', 'HOME = "%s"\n' % home +
                  rig.contrib('maildrop/maildroprc', change) +
                  rig.contrib('maildrop/junk.maildroprc', []) + 'to "$HOME/Maildir"\n', 0o600, USER)

    def tool(self, name, *args):
        return subprocess.run([self.folder + '/sbin/' + name, '-c', self.etc] + list(args),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout

    def queue(self, mark):
        """{queue id: queue name} of messages waiting for a recipient with that mark."""
        out = {}
        for line in self.tool('postqueue', '-j').splitlines():
            if not line.startswith(b'{'):
                continue
            entry = json.loads(line)
            if any(mark.decode() in each['address'] for each in entry['recipients']) \
                    or mark.decode() in entry['sender']:
                out[entry['queue_id']] = entry['queue_name']
        return out

    def handed_on(self, mark):
        """Has more of the message been handed on than was sent? Looks at the places in the order in which
        a message passes them."""
        for name in os.listdir(self.reinjected):
            try:
                info = os.stat(os.path.join(self.reinjected, name))
            except FileNotFoundError:
                return True     # pickup had it
            if info.st_mode & 0o100:        # postdrop sets it once the file is whole
                return True
        return len(self.queue(mark)) > 1

    def set(self, *lines):
        """main.cf as before, with these lines; the earlier processes end."""
        path = os.path.join(self.etc, 'main.cf')
        with open(path, encoding='utf-8') as text:
            text = text.read().partition('# set by a test\n')[0]
        self.rig.write('postfix/etc/main.cf', text + '# set by a test\n' +
                       ''.join(each + '\n' for each in lines))
        self.reload()

    def reload(self):
        reloads = self.log().count(' reload -- ')
        with open(self.folder + '/queue/pid/master.pid', encoding='ascii') as pid:
            os.kill(int(pid.read()), signal.SIGHUP)
        until(lambda: self.log().count(' reload -- ') > reloads)

    def flush(self):
        self.tool('postqueue', '-f')

    def release(self, mark):
        for ident, name in self.queue(mark).items():
            if name == 'hold':
                self.tool('postsuper', '-H', ident)
        self.flush()

    def sieve(self, message):
        """What Dovecot's Sieve does with a message by contrib/postfix/junk.sieve, according to its output."""
        rig = self.rig
        home = rig.path('sieve', 'x')[:-2]
        shutil.chown(home, USER)
        script = rig.write('sieve/junk.sieve', rig.contrib('postfix/junk.sieve', []))
        version = subprocess.run(['dovecot', '--version'], stdout=subprocess.PIPE, check=True).stdout
        text = SIEVE_2_3 if version.startswith(b'2.3.') else SIEVE_2_4
        conf = rig.write('sieve/dovecot.conf', text.format(user=USER, home=home))
        done = subprocess.run(['/usr/bin/sieve-test', '-c', conf, script,
                               rig.write('sieve/message', message)],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.stdout

    def log(self):
        with open(self.folder + '/log', encoding='utf-8', errors='replace') as text:
            return text.read()

    @staticmethod
    def queue_fills(disk):
        disk.mount()

    @staticmethod
    def queue_empties(disk):
        disk.umount()

    @staticmethod
    def box(kind):
        return kind

    def boxes(self, kind):
        home = self.rig.path('mail', kind, 'Maildir')
        return maildir(home), maildir(home + '/.Junk')
