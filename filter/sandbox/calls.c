#define _GNU_SOURCE /* O_TMPFILE, MAP_ANONYMOUS, CLONE_* */
#include "filter/sandbox/calls.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define ANY(set, name)                                                                             \
	{                                                                                          \
		.sets = (set), .number = SYS_##name                                                \
	}
#define WITH(set, name, count, ...)                                                                \
	{                                                                                          \
		.sets = (set), .number = SYS_##name, .n = (count), .checks = { __VA_ARGS__ }       \
	}

#ifndef O_LARGEFILE
#define O_LARGEFILE 0
#endif
/* the kernel's O_LARGEFILE, which is 0 in glibc */
enum { KERNEL_LARGEFILE = 0100000 };
/* the only flags with which a file may be opened: none allows writing or creating */
#define READ_FLAGS                                                                                 \
	((uint32_t)(O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_DIRECTORY | O_LARGEFILE |   \
		    KERNEL_LARGEFILE))
#define UNNAMED_FLAGS ((uint32_t)(O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL))

/* the flags that glibc passes for fork() and pthread_create() */
#define FORK_FLAGS ((uint32_t)(CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD))
#define THREAD_FLAGS                                                                               \
	((uint32_t)(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |             \
		    CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID))

#define ALL UINT32_MAX

/* clang-format off */
const struct call_row call_rows[] = {
	ANY(CALLS_BASE, read),
	ANY(CALLS_BASE, readv),
	ANY(CALLS_BASE, pread64),
	ANY(CALLS_BASE | CALLS_APART, write),
	ANY(CALLS_BASE, writev),
	ANY(CALLS_BASE, pwrite64),
	ANY(CALLS_BASE, lseek),
	ANY(CALLS_BASE, close),
	ANY(CALLS_BASE, fstat),
	ANY(CALLS_BASE, newfstatat),
	ANY(CALLS_BASE, fcntl),
	ANY(CALLS_BASE, ftruncate),
	ANY(CALLS_BASE, fsync),
	ANY(CALLS_BASE, fdatasync),
	ANY(CALLS_BASE, ppoll),
	ANY(CALLS_BASE | CALLS_APART, brk),
	ANY(CALLS_BASE | CALLS_APART, munmap),
	ANY(CALLS_BASE | CALLS_APART, mremap),
	ANY(CALLS_BASE | CALLS_APART, madvise),
	ANY(CALLS_BASE | CALLS_APART, futex),
	ANY(CALLS_BASE | CALLS_APART, getrandom),
	ANY(CALLS_BASE | CALLS_APART, clock_gettime),
	ANY(CALLS_BASE, clock_nanosleep),
	ANY(CALLS_BASE, nanosleep),
	ANY(CALLS_BASE, gettimeofday),
	ANY(CALLS_BASE, setitimer),
	ANY(CALLS_BASE | CALLS_APART, getpid),
	ANY(CALLS_BASE, getppid),
	ANY(CALLS_BASE | CALLS_APART, gettid),
	ANY(CALLS_BASE, getuid),
	ANY(CALLS_BASE, geteuid),
	ANY(CALLS_BASE, getgid),
	ANY(CALLS_BASE, getegid),
	ANY(CALLS_BASE, uname),
	ANY(CALLS_BASE | CALLS_APART, sysinfo),
	ANY(CALLS_BASE | CALLS_APART, sched_yield),
	ANY(CALLS_BASE, sched_getaffinity),
	ANY(CALLS_BASE, set_robust_list),
	ANY(CALLS_BASE, membarrier),
#ifdef SYS_rseq
	ANY(CALLS_BASE, rseq),
#endif
	ANY(CALLS_BASE, rt_sigaction),
	ANY(CALLS_BASE, rt_sigprocmask),
	ANY(CALLS_BASE | CALLS_APART, rt_sigreturn),
	ANY(CALLS_BASE | CALLS_APART, restart_syscall),
	ANY(CALLS_BASE, sigaltstack),
	ANY(CALLS_BASE | CALLS_APART, exit),
	ANY(CALLS_BASE | CALLS_APART, exit_group),
#ifdef SYS_poll
	ANY(CALLS_BASE, poll),
#endif
#ifdef SYS_time
	ANY(CALLS_BASE, time),
#endif
#ifdef SYS_alarm
	ANY(CALLS_BASE, alarm),
#endif
	/* whether it is a terminal, and its width */
	WITH(CALLS_BASE, ioctl, 1, {1, ALL, TCGETS}),
	WITH(CALLS_BASE, ioctl, 1, {1, ALL, TIOCGWINSZ}),
	/* no executable memory; only CALLS_FILES may map libraries */
	WITH(CALLS_BASE | CALLS_APART, mprotect, 1, {2, PROT_EXEC, 0}),
	WITH(CALLS_BASE | CALLS_APART, mmap, 1, {2, PROT_EXEC, 0}),
	/* limits may be read but not set: the argument for new limits must be NULL */
	WITH(CALLS_BASE, prlimit64, 2, {0, ALL, 0}, {2, ALL, 0}),

	WITH(CALLS_FILES, mmap, 2, {2, PROT_WRITE, 0}, {3, MAP_ANONYMOUS, 0}),
	WITH(CALLS_FILES, openat, 1, {2, ~READ_FLAGS, 0}),
	ANY(CALLS_FILES, statfs),
	ANY(CALLS_FILES, fstatfs),
	ANY(CALLS_FILES, statx),
	ANY(CALLS_FILES, faccessat),
#ifdef SYS_faccessat2
	ANY(CALLS_FILES, faccessat2),
#endif
	ANY(CALLS_FILES, readlinkat),
	ANY(CALLS_FILES, getdents64),
	ANY(CALLS_FILES, getcwd),
	ANY(CALLS_FILES, fadvise64),
#ifdef SYS_access
	ANY(CALLS_FILES, access),
	ANY(CALLS_FILES, readlink),
	ANY(CALLS_FILES, stat),
	ANY(CALLS_FILES, lstat),
#endif

	ANY(CALLS_SPOOL, memfd_create),
	WITH(CALLS_SPOOL, openat, 1, {2, ALL & ~(uint32_t)KERNEL_LARGEFILE, UNNAMED_FLAGS}),

	ANY(CALLS_WRITE, openat),
	ANY(CALLS_WRITE, unlinkat),
	ANY(CALLS_WRITE, renameat2),
	ANY(CALLS_WRITE, linkat),
	ANY(CALLS_WRITE, mkdirat),
	ANY(CALLS_WRITE, fchmod),
	ANY(CALLS_WRITE, flock),
#ifdef SYS_renameat
	ANY(CALLS_WRITE, renameat),
#endif
#ifdef SYS_unlink
	ANY(CALLS_WRITE, unlink),
	ANY(CALLS_WRITE, rename),
	ANY(CALLS_WRITE, link),
	ANY(CALLS_WRITE, mkdir),
#endif

	/*
	 * SQLite, run by root, gives a journal that it creates to the owner of the database. With WAL
	 * that happens when the store is opened; where the file system cannot have WAL (no shared
	 * memory), in each transaction.
	 */
	ANY(CALLS_STORE, fchown),

	WITH(CALLS_SOCKETS, socket, 1, {0, ALL, AF_UNIX}),
	WITH(CALLS_SOCKETS, socket, 1, {0, ALL, AF_INET}),
	WITH(CALLS_SOCKETS, socket, 1, {0, ALL, AF_INET6}),
	ANY(CALLS_SOCKETS, connect),
	ANY(CALLS_SOCKETS | CALLS_CONNECTED, sendto),
	ANY(CALLS_SOCKETS | CALLS_CONNECTED, recvfrom),
	ANY(CALLS_SOCKETS | CALLS_SEND | CALLS_CONNECTED, sendmsg),
	ANY(CALLS_SOCKETS | CALLS_CONNECTED, recvmsg),
	ANY(CALLS_SOCKETS | CALLS_CONNECTED, getsockopt),
	ANY(CALLS_SOCKETS, setsockopt),
	ANY(CALLS_SOCKETS, getsockname),
	ANY(CALLS_SOCKETS, getpeername),
	ANY(CALLS_SOCKETS | CALLS_CONNECTED, shutdown),

	WITH(CALLS_FORK, clone, 1, {0, ALL, FORK_FLAGS}),
	ANY(CALLS_FORK, wait4),
	ANY(CALLS_FORK | CALLS_THREADS, pipe2),
#ifdef SYS_close_range
	ANY(CALLS_FORK, close_range),
#endif
	WITH(CALLS_FORK, prlimit64, 1, {0, ALL, 0}), /* the child's own limits */
	ANY(CALLS_FORK, seccomp), /* the child's own sandbox: a second filter can only remove rights */
	WITH(CALLS_PARENT, socketpair, 1, {0, ALL, AF_UNIX}),
	WITH(CALLS_PARENT, kill, 1, {1, ALL, SIGKILL}),
#ifdef SYS_landlock_restrict_self
	ANY(CALLS_PARENT, landlock_restrict_self), /* for the child: can only remove rights */
#endif
	WITH(CALLS_THREADS, clone, 1, {0, ALL, THREAD_FLAGS}),
};
/* clang-format on */

const size_t call_count = sizeof call_rows / sizeof call_rows[0];

const char *
call_name(int number)
{
	for (size_t i = 0; i < call_label_count; i++)
		if (call_labels[i].number == number)
			return call_labels[i].name;
	return NULL;
}

bool
call_is_abort(int number, const void *context)
{
	const ucontext_t *at = context;
	uint64_t signal = 0;

#if defined(__x86_64__)
	signal = (uint64_t)at->uc_mcontext.gregs[REG_RDX];
#elif defined(__aarch64__)
	signal = at->uc_mcontext.regs[2];
#else
	(void)at;
#endif
	return number == SYS_tgkill && signal == SIGABRT;
}
