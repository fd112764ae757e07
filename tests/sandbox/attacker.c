/*
 * Preloaded into the unmodified program: when it writes its output, long after it entered the
 * sandbox, this makes one system call, as an attacker's code would.
 *
 * CALL: a number and up to six arguments. A word is a number, octets in hexadecimal after `x`, or a
 * text. The result goes to stderr. REPORT: the user, and the limits. DENY: the numbers of calls
 * that this kernel lacks.
 *
 * X-Attack in a message that is read: `crash`, `leave` (exit at once as if successful), `noise`
 * (write to the descriptor for results), or `call` and a CALL.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

static long
raw(long number, const long *a)
{
#ifdef __x86_64__
	register long r10 __asm__("r10") = a[3];
	register long r8 __asm__("r8") = a[4];
	register long r9 __asm__("r9") = a[5];
	long got;

	__asm__ volatile("syscall"
			 : "=a"(got)
			 : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
#else
	register long x8 __asm__("x8") = number;
	register long got __asm__("x0") = a[0];
	register long x1 __asm__("x1") = a[1];
	register long x2 __asm__("x2") = a[2];
	register long x3 __asm__("x3") = a[3];
	register long x4 __asm__("x4") = a[4];
	register long x5 __asm__("x5") = a[5];

	__asm__ volatile("svc 0"
			 : "+r"(got)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
#endif
	return got;
}

static long
argument(char *word)
{
	char *end, *to = word;
	const long number = strtol(word, &end, 0);

	if (*end == '\0')
		return number;
	if (*word != 'x')
		return (long)word;
	for (const char *at = word + 1; at[0] != '\0' && at[1] != '\0'; at += 2)
		*to++ = (char)strtol((char[]){at[0], at[1], '\0'}, NULL, 16);
	return (long)word;
}

static void
call_once(void)
{
	char *text = getenv("CALL"), *word;
	long a[7] = {0};
	int n = 0;

	unsetenv("CALL");
	for (word = text != NULL ? strtok(text, " ") : NULL; word != NULL && n < 7;
		word = strtok(NULL, " "))
		a[n++] = argument(word);
	if (n > 0)
		dprintf(STDERR_FILENO, "returned %ld\n", raw(a[0], a + 1));
}

static void
attack(const char *octets, size_t n)
{
	const char *at = n > 0 ? memmem(octets, n, "X-Attack: ", 10) : NULL;
	char word[256];
	size_t i = 0;

	if (at == NULL)
		return;
	for (at += 10; at < octets + n && *at != '\r' && *at != '\n' && i < sizeof word - 1; at++)
		word[i++] = *at;
	word[i] = '\0';
	if (strcmp(word, "crash") == 0)
		*(volatile int *)8 = 1;
	if (strcmp(word, "leave") == 0)
		_exit(0);
	if (strcmp(word, "noise") == 0 && write(1, word, i) < 0)
		return;
	if (strncmp(word, "call ", 5) == 0) {
		setenv("CALL", word + 5, 1);
		call_once();
	}
}

ssize_t
read(int fd, void *to, size_t n)
{
	ssize_t (*real)(int, void *, size_t) =
		(ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
	const ssize_t got = real(fd, to, n);

	attack(to, got > 0 ? (size_t)got : 0);
	return got;
}

static void
report(void)
{
	struct rlimit core, files, cpu, memory, file;

	if (getenv("REPORT") == NULL)
		return;
	getrlimit(RLIMIT_CORE, &core);
	getrlimit(RLIMIT_NOFILE, &files);
	getrlimit(RLIMIT_CPU, &cpu);
	getrlimit(RLIMIT_AS, &memory);
	getrlimit(RLIMIT_FSIZE, &file);
	dprintf(STDERR_FILENO, "uid %d gid %d core %ld files %ld cpu %ld memory %ld file %ld\n",
		(int)getuid(), (int)getgid(), (long)core.rlim_max, (long)files.rlim_max,
		(long)cpu.rlim_cur, (long)memory.rlim_max, (long)file.rlim_max);
}

ssize_t
writev(int fd, const struct iovec *parts, int n)
{
	ssize_t (*real)(int, const struct iovec *, int) =
		(ssize_t(*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");

	report();
	call_once();
	return real(fd, parts, n);
}

long
syscall(long number, ...)
{
	const char *denied = getenv("DENY");
	char word[32];
	long a[6], got;
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	snprintf(word, sizeof word, ",%ld,", number);
	got = denied != NULL && strstr(denied, word) != NULL ? -ENOSYS : raw(number, a);
	if (got >= 0)
		return got;
	errno = (int)-got;
	return -1;
}
