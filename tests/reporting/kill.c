/*
 * kill.c: a library for LD_PRELOAD. Kills the process before its n-th call that writes, syncs,
 * truncates, renames or removes a file, or starts a program (KILL_AT). KILL_COUNT names a file for
 * the number of such calls. Processes that it forks count together with it, and the one that makes
 * the call is killed; programs that it starts continue without this library.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long at, own, *calls = &own;
static int counted = -1; /* opened at the start: the sandbox allows no file later */

__attribute__((constructor)) static void
begin(void)
{
	const char *text = getenv("KILL_AT");
	void *shared = mmap(
		NULL, sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared != MAP_FAILED)
		calls = shared;
	at = text != NULL ? atol(text) : 0;
	if (getenv("KILL_COUNT") != NULL)
		counted = (int)syscall(SYS_openat, AT_FDCWD, getenv("KILL_COUNT"),
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	unsetenv("LD_PRELOAD");
}

__attribute__((destructor)) static void
end(void)
{
	char digits[24];
	int n;

	n = snprintf(digits, sizeof digits, "%ld\n", __atomic_load_n(calls, __ATOMIC_RELAXED));
	if (counted >= 0 && n > 0)
		syscall(SYS_pwrite64, counted, digits, (size_t)n, 0L);
}

static void
step(void)
{
	if (__atomic_add_fetch(calls, 1, __ATOMIC_RELAXED) == at)
		syscall(SYS_kill, getpid(), SIGKILL);
}

ssize_t
write(int fd, const void *bytes, size_t n)
{
	step();
	return syscall(SYS_write, fd, bytes, n);
}

/* libpq sends a query to a server with send. */
ssize_t
send(int fd, const void *bytes, size_t n, int flags)
{
	step();
	return syscall(SYS_sendto, fd, bytes, n, flags, NULL, 0);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t n, off64_t offset)
{
	step();
	return syscall(SYS_pwrite64, fd, bytes, n, offset);
}

ssize_t
pwrite(int fd, const void *bytes, size_t n, off_t offset)
{
	return pwrite64(fd, bytes, n, offset);
}

int
fsync(int fd)
{
	step();
	return (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	step();
	return (int)syscall(SYS_fdatasync, fd);
}

int
ftruncate64(int fd, off64_t size)
{
	step();
	return (int)syscall(SYS_ftruncate, fd, size);
}

int
ftruncate(int fd, off_t size)
{
	return ftruncate64(fd, size);
}

int
unlink(const char *path)
{
	step();
	return (int)syscall(SYS_unlink, path);
}

int
rename(const char *from, const char *to)
{
	step();
	return (int)syscall(SYS_rename, from, to);
}

pid_t
fork(void)
{
	pid_t (*real)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");

	step();
	return real();
}

pid_t
waitpid(pid_t pid, int *status, int options)
{
	pid_t (*real)(pid_t, int *, int) = (pid_t(*)(pid_t, int *, int))dlsym(RTLD_NEXT, "waitpid");
	pid_t got = real(pid, status, options);

	if (got > 0) /* a child has ended, and was not reaped yet */
		step();
	return got;
}
