"""database.py: Debian's PostgreSQL in a folder of its own, on a socket there."""
import glob
import os
import pathlib
import pwd
import shutil
import subprocess

USER = 'nobody'


def programs():
    """The folder of initdb and pg_ctl, or None"""
    found = sorted(glob.glob('/usr/lib/postgresql/*/bin'))
    return found[-1] if found else None


class Database:
    """A server that ends with the block; fresh() is the address of an empty database."""

    def __init__(self, folder):
        self.folder, self.n = os.path.join(folder, 'postgresql'), 0
        # PostgreSQL refuses root
        self.user = {'user': USER} if os.geteuid() == 0 else {}

    def call(self, *argv):
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd='/', **self.user)

    def __enter__(self):
        os.makedirs(self.folder)
        if self.user:
            shutil.chown(self.folder, USER)
            for above in pathlib.Path(self.folder).parents[:2]:
                above.chmod(0o755)
        data, place = self.folder + '/data', programs()
        name = pwd.getpwuid(os.geteuid()).pw_name
        self.call(place + '/initdb', '-D', data, '-U', name, '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N')
        self.call(place + '/pg_ctl', '-D', data, '-w', '-l', self.folder + '/log', '-o',
                  f'-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off', 'start')
        return self

    def __exit__(self, *_):
        self.call(programs() + '/pg_ctl', '-D', self.folder + '/data', '-m', 'immediate', 'stop')

    def address(self, name):
        return f'postgresql://?host={self.folder}&dbname={name}'.replace('://?', ':///?')

    def copy(self, address):
        """another database with the same content"""
        self.n += 1
        name = address.rsplit('=', 1)[1]
        subprocess.run(['psql', '-q', '-h', self.folder, '-d', 'postgres', '-c', f'CREATE DATABASE w{self.n} TEMPLATE {name}'], check=True)
        return self.address(f'w{self.n}')

    def fresh(self):
        self.n += 1
        subprocess.run(['psql', '-q', '-h', self.folder, '-d', 'postgres', '-c', f'CREATE DATABASE w{self.n}'], check=True)
        return self.address(f'w{self.n}')


class Named:
    """A suite whose checks are named after a database."""

    def __init__(self, suite):
        self.suite = suite

    def check(self, name, good, told=''):
        return self.suite.check(f'postgresql, {name}', good, told)

    def none(self, name, wrong):
        return self.suite.none(f'postgresql, {name}', wrong)

    def skip(self, name, why):
        self.suite.skip(f'postgresql, {name}', why)
