/*
 * shim.c: a library for LD_PRELOAD that makes calls of libc fail: the n-th call of one function
 * (FAULT_CALL, FAULT_N, FAULT_ERRNO), or that and every later one (FAULT_ON=1). FAULT_COUNTS names
 * a file for the number of calls of each function. A process and those that it forks count
 * together; COMMAND is started without the shim.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum call {
	C_READ,
	C_WRITE,
	C_WRITEV,
	C_OPEN,
	C_MMAP,
	C_CLOSE,
	C_LSEEK,
	C_FSTAT,
	C_FSYNC,
	C_MEMFD,
	C_MKOSTEMP,
	C_UNLINK,
	C_SOCKET,
	C_CONNECT,
	C_SEND,
	C_RECV,
	C_POLL,
	C_FORK,
	C_DUP2,
	C_WAITPID,
	C_MALLOC,
	C_PREAD,
	C_PWRITE,
	C_FDATASYNC,
	C_FTRUNCATE,
	C_RENAME,
	C_SENDMSG,
	C_RECVMSG,
	C_PIPE,
	C_SOCKETPAIR,
	C_DUPFD,
	C_THREAD,
	C_STAT,
	C_FOLDER,
	C_READDIR,
	C_MREMAP,
	C_REALPATH,
	C_FCHMOD,
	C_FOPEN,
	C_DLOPEN,
	C_ACCESS,
	C_PASSWD,
	C_GETLINE,
	C_CALLS
};

static const char *const names[C_CALLS] = {"read", "write", "writev", "open", "mmap", "close",
	"lseek", "fstat", "fsync", "memfd", "mkostemp", "unlink", "socket", "connect", "send",
	"recv", "poll", "fork", "dup2", "waitpid", "malloc", "pread", "pwrite", "fdatasync",
	"ftruncate", "rename", "sendmsg", "recvmsg", "pipe", "socketpair", "dupfd", "thread",
	"stat", "folder", "readdir", "mremap", "realpath", "fchmod", "fopen", "dlopen", "access",
	"passwd", "getline"};

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

static uint32_t own_counts[C_CALLS], *counts = own_counts;
static int wanted = -1, on, error = EIO;
static uint32_t at;
static int ready;

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("FAULT_COUNTS"), *name = getenv("FAULT_CALL");
	long fd = path != NULL ? syscall(SYS_openat, AT_FDCWD, path, O_RDWR, 0) : -1;
	void *map = (void *)syscall(SYS_mmap, NULL, sizeof own_counts, PROT_READ | PROT_WRITE,
		fd >= 0 ? MAP_SHARED : MAP_SHARED | MAP_ANONYMOUS, fd, 0);

	if (fd >= 0)
		syscall(SYS_close, fd);
	if (map != MAP_FAILED)
		counts = map;
	for (int i = 0; name != NULL && i < C_CALLS; i++)
		if (strcmp(name, names[i]) == 0)
			wanted = i;
	if (getenv("FAULT_N") != NULL)
		at = (uint32_t)atol(getenv("FAULT_N"));
	if (getenv("FAULT_ERRNO") != NULL)
		error = atoi(getenv("FAULT_ERRNO"));
	on = getenv("FAULT_ON") != NULL;
	unsetenv("LD_PRELOAD");
	ready = 1;
}

static int
fails(enum call call)
{
	uint32_t n;

	if (!ready)
		return 0;
	n = __atomic_add_fetch(&counts[call], 1, __ATOMIC_RELAXED);
	if ((int)call != wanted || (on ? n < at : n != at))
		return 0;
	errno = error;
	return 1;
}

/*
 * Must this call on fd fail? After ECONNRESET the connection is shut down: the peer sends nothing
 * more.
 */
static int
fails_on(enum call call, int fd)
{
	if (!fails(call))
		return 0;
	if (error == ECONNRESET)
		syscall(SYS_shutdown, fd, SHUT_RDWR);
	errno = error;
	return 1;
}

#define FAIL_ON(call, fd)                                                                          \
	if (fails_on(call, fd))                                                                    \
	return -1
#define FAIL(call)                                                                                 \
	if (fails(call))                                                                           \
	return -1

/* a function that is one system call */
#define CALL(type, call, name, parameters, ...)                                                    \
	type name parameters                                                                       \
	{                                                                                          \
		FAIL(call);                                                                        \
		return (type)syscall(__VA_ARGS__);                                                 \
	}
/* a function of libc that is more */
#define REAL(type, call, name, parameters, arguments, failed)                                      \
	type name parameters                                                                       \
	{                                                                                          \
		static type(*real) parameters;                                                     \
                                                                                                   \
		if (real == NULL)                                                                  \
			*(void **)&real = dlsym(RTLD_NEXT, #name);                                 \
		return fails(call) ? failed : real arguments;                                      \
	}

CALL(ssize_t, C_READ, read, (int fd, void *buffer, size_t n), SYS_read, fd, buffer, n)

/* read, pread and open if the compiler checks sizes; the signatures are glibc's. */
ssize_t __read_chk(int fd, void *buffer, size_t n, size_t size);
ssize_t __pread_chk(int fd, void *buffer, size_t n, off_t from, size_t size);
int __open_2(const char *path, int flags);

ssize_t
__read_chk(int fd, void *buffer, size_t n, size_t size)
{
	return read(fd, buffer, n < size ? n : size);
}

CALL(ssize_t, C_WRITE, write, (int fd, const void *buffer, size_t n), SYS_write, fd, buffer, n)

CALL(ssize_t, C_WRITEV, writev, (int fd, const struct iovec *iov, int n), SYS_writev, fd, iov, n)

int
open(const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = va_arg(more, mode_t);
	va_end(more);
	FAIL(C_OPEN);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int
__open_2(const char *path, int flags)
{
	return open(path, flags);
}

int
openat(int folder, const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = va_arg(more, mode_t);
	va_end(more);
	FAIL(C_OPEN);
	return (int)syscall(SYS_openat, folder, path, flags, mode);
}

void *
mmap(void *to, size_t n, int protection, int flags, int fd, off_t from)
{
	if (fails(C_MMAP))
		return MAP_FAILED;
	return (void *)syscall(SYS_mmap, to, n, protection, flags, fd, from);
}

int
close(int fd)
{
	int failed = fails(C_CLOSE);
	long done = syscall(
		SYS_close, fd); /* Linux closes the descriptor even if it returns an error */

	if (!failed)
		return (int)done;
	errno = error;
	return -1;
}

CALL(off_t, C_LSEEK, lseek, (int fd, off_t to, int how), SYS_lseek, fd, to, how)

int
fstat(int fd, struct stat *info)
{
	FAIL(C_FSTAT);
	return fstatat(fd, "", info, AT_EMPTY_PATH);
}

CALL(int, C_FSYNC, fsync, (int fd), SYS_fsync, fd)

CALL(int, C_FDATASYNC, fdatasync, (int fd), SYS_fdatasync, fd)

/*
 * FAULT_ERRNO may be 0, as if the file had ended, -1: fewer octets are read than there are, or -2:
 * other octets, as if the file had been rewritten.
 */
ssize_t
pread64(int fd, void *buffer, size_t n, off64_t from)
{
	const int failed = fails(C_PREAD);
	ssize_t got;

	if (failed && error > 0)
		return -1;
	if (failed && error > -2)
		n = error < 0 ? n / 2 : 0;
	got = syscall(SYS_pread64, fd, buffer, n, from);
	if (failed && error == -2 && got > 0)
		memset(buffer, 'x', (size_t)got);
	return got;
}

ssize_t
pread(int fd, void *buffer, size_t n, off_t from)
{
	return pread64(fd, buffer, n, from);
}

ssize_t
__pread_chk(int fd, void *buffer, size_t n, off_t from, size_t size)
{
	return pread64(fd, buffer, n < size ? n : size, from);
}

CALL(ssize_t, C_PWRITE, pwrite64, (int fd, const void *buffer, size_t n, off64_t to), SYS_pwrite64,
	fd, buffer, n, to)

ssize_t
pwrite(int fd, const void *buffer, size_t n, off_t to)
{
	return pwrite64(fd, buffer, n, to);
}

CALL(int, C_FTRUNCATE, ftruncate64, (int fd, off64_t size), SYS_ftruncate, fd, size)

int
ftruncate(int fd, off_t size)
{
	return ftruncate64(fd, size);
}

CALL(int, C_RENAME, rename, (const char *from, const char *to), SYS_rename, from, to)

int
open64(const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = va_arg(more, mode_t);
	va_end(more);
	FAIL(C_OPEN);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

CALL(int, C_MEMFD, memfd_create, (const char *name, unsigned flags), SYS_memfd_create, name, flags)

int
mkostemp(char *path, int flags)
{
	FAIL(C_MKOSTEMP);
	return mkostemps(path, 0, flags);
}

CALL(int, C_UNLINK, unlink, (const char *path), SYS_unlink, path)

CALL(int, C_SOCKET, socket, (int family, int type, int protocol), SYS_socket, family, type,
	protocol)

CALL(int, C_CONNECT, connect, (int fd, const struct sockaddr *to, socklen_t n), SYS_connect, fd, to,
	n)

ssize_t
send(int fd, const void *buffer, size_t n, int flags)
{
	FAIL_ON(C_SEND, fd);
	return syscall(SYS_sendto, fd, buffer, n, flags, NULL, 0);
}

ssize_t
sendto(int fd, const void *buffer, size_t n, int flags, const struct sockaddr *to, socklen_t size)
{
	FAIL_ON(C_SEND, fd);
	return syscall(SYS_sendto, fd, buffer, n, flags, to, size);
}

ssize_t
recvfrom(int fd, void *buffer, size_t n, int flags, struct sockaddr *from, socklen_t *size)
{
	FAIL_ON(C_RECV, fd);
	return syscall(SYS_recvfrom, fd, buffer, n, flags, from, size);
}

ssize_t
recv(int fd, void *buffer, size_t n, int flags)
{
	FAIL_ON(C_RECV, fd);
	return syscall(SYS_recvfrom, fd, buffer, n, flags, NULL, NULL);
}

/* What recv becomes if the compiler checks sizes; the signature is glibc's. */
ssize_t __recv_chk(int fd, void *buffer, size_t n, size_t size, int flags);

ssize_t
__recv_chk(int fd, void *buffer, size_t n, size_t size, int flags)
{
	FAIL_ON(C_RECV, fd);
	return syscall(SYS_recvfrom, fd, buffer, n < size ? n : size, flags, NULL, NULL);
}

CALL(int, C_POLL, poll, (struct pollfd * fds, nfds_t n, int timeout), SYS_poll, fds, n, timeout)

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	FAIL_ON(C_SENDMSG, fd);
	return syscall(SYS_sendmsg, fd, message, flags);
}

ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
	FAIL_ON(C_RECVMSG, fd);
	return syscall(SYS_recvmsg, fd, message, flags);
}

CALL(int, C_PIPE, pipe, (int ends[2]), SYS_pipe2, ends, 0)

CALL(int, C_PIPE, pipe2, (int ends[2], int flags), SYS_pipe2, ends, flags)

CALL(int, C_SOCKETPAIR, socketpair, (int family, int type, int protocol, int ends[2]),
	SYS_socketpair, family, type, protocol, ends)

/* Only the copies of a descriptor can fail for lack of something. */
int
fcntl(int fd, int command, ...)
{
	va_list more;
	long arg;

	va_start(more, command);
	arg = va_arg(more, long);
	va_end(more);
	if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
		FAIL(C_DUPFD);
	return (int)syscall(SYS_fcntl, fd, command, arg);
}

int fcntl64(int fd, int command, ...) __attribute__((alias("fcntl")));

REAL(int, C_THREAD, pthread_create,
	(pthread_t * thread, const pthread_attr_t *attr, void *(*work)(void *arg), void *arg),
	(thread, attr, work, arg), error)

CALL(int, C_STAT, stat, (const char *path, struct stat *info), SYS_newfstatat, AT_FDCWD, path, info,
	0)

CALL(int, C_STAT, lstat, (const char *path, struct stat *info), SYS_newfstatat, AT_FDCWD, path,
	info, AT_SYMLINK_NOFOLLOW)

REAL(DIR *, C_FOLDER, opendir, (const char *path), (path), NULL)

REAL(DIR *, C_FOLDER, fdopendir, (int fd), (fd), NULL)

REAL(struct dirent *, C_READDIR, readdir, (DIR * folder), (folder), NULL)

void *
mremap(void *from, size_t size, size_t n, int flags, ...)
{
	if (fails(C_MREMAP))
		return MAP_FAILED;
	return (void *)syscall(SYS_mremap, from, size, n, flags, NULL);
}

REAL(char *, C_REALPATH, realpath, (const char *path, char *to), (path, to), NULL)

CALL(int, C_FCHMOD, fchmod, (int fd, mode_t mode), SYS_fchmod, fd, mode)

REAL(FILE *, C_FOPEN, fopen, (const char *path, const char *mode), (path, mode), NULL)

REAL(void *, C_DLOPEN, dlopen, (const char *library, int flags), (library, flags), NULL)

CALL(int, C_ACCESS, access, (const char *path, int mode), SYS_faccessat, AT_FDCWD, path, mode)

REAL(int, C_ACCESS, faccessat, (int folder, const char *path, int mode, int flags),
	(folder, path, mode, flags), -1)

/* What getline becomes if the compiler inlines it. */
ssize_t __getdelim(char **line, size_t *size, int end, FILE *file);

REAL(ssize_t, C_GETLINE, getline, (char **line, size_t *size, FILE *file), (line, size, file), -1)

REAL(ssize_t, C_GETLINE, __getdelim, (char **line, size_t *size, int end, FILE *file),
	(line, size, end, file), -1)

REAL(struct passwd *, C_PASSWD, getpwnam, (const char *name), (name), NULL)

CALL(int, C_DUP2, dup2, (int from, int to), SYS_dup3, from, to, 0)

pid_t __fork(void);

pid_t
fork(void)
{
	FAIL(C_FORK);
	return __fork();
}

CALL(pid_t, C_WAITPID, waitpid, (pid_t pid, int *status, int options), SYS_wait4, pid, status,
	options, NULL)

void *
malloc(size_t size)
{
	return fails(C_MALLOC) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fails(C_MALLOC) ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *old, size_t size)
{
	return fails(C_MALLOC) ? NULL : __libc_realloc(old, size);
}
