"""postgres.py: a PostgreSQL of Debian's package for a suite, in a folder of its own, on a Unix socket only."""
import contextlib
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import time


def tools():
    """the newest release's folder of programs; None if there is none"""
    found = sorted(pathlib.Path('/usr/lib/postgresql').glob('*/bin/initdb'), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


def user():
    """the user it runs as, because it refuses root; None: there is no other user here"""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    for name in ('postgres', 'nobody'):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    return None


@contextlib.contextmanager
def server():
    """Yields the address of an empty database, or None with the reason: (address, why)."""
    where, who = tools(), user()
    if where is None or who is None:
        yield None, 'no package postgresql'
        return
    folder = pathlib.Path(tempfile.mkdtemp(prefix='pg-', dir='/tmp'))
    shutil.chown(folder, who)
    switch = ['setpriv', '--reuid', who, '--regid', str(pwd.getpwnam(who).pw_gid), '--clear-groups'] \
        if os.geteuid() == 0 else []
    process = None
    try:
        made = subprocess.run([*switch, where / 'initdb', '-D', folder / 'data', '-A', 'trust', '-U', 'mailstamp',
                               '-E', 'UTF8', '--locale', 'C', '--no-sync'], cwd='/', capture_output=True, check=False)
        if made.returncode != 0:
            yield None, 'initdb: ' + made.stderr.decode(errors='replace')[-200:]
            return
        with open(folder / 'log', 'wb') as log:
            process = subprocess.Popen([*switch, where / 'postgres', '-D', folder / 'data', '-k', folder, '-F',
                                        '-c', 'listen_addresses='], cwd='/', stdout=log, stderr=log)
        address = f'postgresql://mailstamp@/postgres?host={folder}'
        for _ in range(300):
            if subprocess.run([where / 'pg_isready', '-q', '-h', folder], check=False).returncode == 0:
                break
            if process.poll() is not None:
                yield None, 'postgres: ' + (folder / 'log').read_text(errors='replace')[-200:]
                return
            time.sleep(0.1)
        yield address, ''
    finally:
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def query(address, sql):
    """rows of text, without headings"""
    done = subprocess.run(['psql', '-qAt', '-F', '\x1f', '-R', '\x1e', address, '-c', 'SET search_path = mailstamp; ' + sql],
                          capture_output=True, check=True)
    text = done.stdout.decode().removesuffix('\n').removesuffix('\x1e')
    return [row.split('\x1f') for row in text.split('\x1e')] if text else []
