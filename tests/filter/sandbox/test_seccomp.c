/* The seccomp program, run by an interpreter in the test: its verdict on each call. */
#define _GNU_SOURCE /* O_TMPFILE */
#include "filter/sandbox/seccomp.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "filter/sandbox/calls.h"

#ifdef __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif

enum { TRAP = SECCOMP_RET_TRAP, NONE = 0x7ffc0000 /* SECCOMP_RET_LOG: never returned */ };

static uint32_t
load(const struct seccomp_data *data, uint32_t at)
{
	uint32_t word;

	cr_assert(at % 4 == 0 && at + 4 <= sizeof *data);
	memcpy(&word, (const char *)data + at, sizeof word);
	return word;
}

/*
 * Interprets BPF as described in Documentation/networking/filter.rst, as far as the program uses
 * it.
 */
static uint32_t
run(const struct sock_filter *program, size_t n, const struct seccomp_data *data)
{
	uint32_t a = 0, x = 0, memory[16] = {0};

	for (size_t i = 0; i < n; i++) {
		const struct sock_filter *at = &program[i];
		bool yes = false;

		switch (at->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			a = load(data, at->k);
			continue;
		case BPF_LD | BPF_IMM:
			a = at->k;
			continue;
		case BPF_LD | BPF_MEM:
			a = memory[at->k];
			continue;
		case BPF_ST:
			memory[at->k] = a;
			continue;
		case BPF_MISC | BPF_TAX:
			x = a;
			continue;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= at->k;
			continue;
		case BPF_ALU | BPF_RSH | BPF_K:
			a >>= at->k;
			continue;
		case BPF_ALU | BPF_LSH | BPF_X:
			a <<= x;
			continue;
		case BPF_RET | BPF_K:
			return at->k;
		case BPF_JMP | BPF_JEQ | BPF_K:
			yes = a == at->k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			yes = a > at->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			yes = a >= at->k;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			yes = (a & at->k) != 0;
			break;
		default:
			cr_assert_fail("code %u", at->code);
		}
		i += yes ? at->jt : at->jf;
	}
	cr_assert_fail("no end");
	return NONE;
}

static uint32_t
ask(unsigned sets, int number, const uint64_t args[6])
{
	static struct sock_filter program[SECCOMP_MAX];
	struct seccomp_data data = {.nr = number, .arch = ARCH};
	const size_t n = seccomp_program(sets, program);

	cr_assert(n > 0 && n <= SECCOMP_MAX);
	memcpy(data.args, args, sizeof data.args);
	return run(program, n, &data);
}

static const uint64_t none[6];

/* A call whose arguments are not checked is allowed exactly if a row of the chosen set has it. */
Test(seccomp, every_call_of_every_set)
{
	for (unsigned set = 1; set <= CALLS_PARENT; set <<= 1)
		for (int number = 0; number < 512; number++) {
			bool whole = false, checked = false;

			for (size_t i = 0; i < call_count; i++)
				if (call_rows[i].number == number &&
					(call_rows[i].sets & set) != 0) {
					whole |= call_rows[i].n == 0;
					checked |= call_rows[i].n > 0;
				}
			if (whole)
				cr_expect_eq(ask(set, number, none), SECCOMP_RET_ALLOW, "%u %d",
					set, number);
			else if (!checked)
				cr_expect_neq(ask(set, number, none), SECCOMP_RET_ALLOW, "%u %d",
					set, number);
		}
}

#define FILTER (CALLS_BASE | CALLS_FILES | CALLS_SPOOL | CALLS_SOCKETS | CALLS_FORK)
#define INNER (CALLS_BASE | CALLS_FILES | CALLS_SOCKETS | CALLS_THREADS) /* batch's readers */
#define MANY (INNER | CALLS_SPOOL | CALLS_FORK | CALLS_PARENT)

static const struct row {
	const char *name;
	unsigned sets;
	int number;
	uint64_t args[6];
	uint32_t want;
} rows[] = {
	{"read a file", FILTER, SYS_openat, {0, 0, O_RDONLY | O_CLOEXEC}, SECCOMP_RET_ALLOW},
	{"write a file", FILTER, SYS_openat, {0, 0, O_WRONLY}, TRAP},
	{"read and write", FILTER, SYS_openat, {0, 0, O_RDWR}, TRAP},
	{"create", FILTER, SYS_openat, {0, 0, O_RDONLY | O_CREAT}, TRAP},
	{"truncate", FILTER, SYS_openat, {0, 0, O_RDONLY | O_TRUNC}, TRAP},
	{"without a name", FILTER, SYS_openat, {0, 0, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL},
		SECCOMP_RET_ALLOW},
	{"without a name, to be linked", FILTER, SYS_openat, {0, 0, O_TMPFILE | O_RDWR | O_CLOEXEC},
		TRAP},
	{"the apart", CALLS_APART, SYS_openat, {0, 0, O_RDONLY}, TRAP},
	{"the apart reads", CALLS_APART, SYS_read, {0}, TRAP},
	{"the apart writes", CALLS_APART, SYS_write, {0}, SECCOMP_RET_ALLOW},
	{"the apart sets no alarm", CALLS_APART, SYS_setitimer, {0}, TRAP},
	{"batch writes", MANY | CALLS_WRITE, SYS_openat, {0, 0, O_WRONLY | O_CREAT},
		SECCOMP_RET_ALLOW},
	{"memory", FILTER, SYS_mmap, {0, 4096, PROT_READ | PROT_WRITE, 0x22}, SECCOMP_RET_ALLOW},
	{"a library's code", FILTER, SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, 2},
		SECCOMP_RET_ALLOW},
	{"code in memory", FILTER, SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, 0x22}, TRAP},
	{"code that is written", FILTER, SYS_mmap, {0, 4096, PROT_WRITE | PROT_EXEC, 2}, TRAP},
	{"memory becomes code", FILTER, SYS_mprotect, {0, 4096, PROT_READ | PROT_EXEC}, TRAP},
	{"code, apart", CALLS_APART, SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, 2}, TRAP},
	{"inet", FILTER, SYS_socket, {AF_INET}, SECCOMP_RET_ALLOW},
	{"inet6", FILTER, SYS_socket, {AF_INET6}, SECCOMP_RET_ALLOW},
	{"unix", FILTER, SYS_socket, {AF_UNIX}, SECCOMP_RET_ALLOW},
	{"netlink", FILTER, SYS_socket, {AF_NETLINK}, TRAP},
	{"packet", FILTER, SYS_socket, {AF_PACKET}, TRAP},
	{"fork", FILTER, SYS_clone, {0x01200011}, SECCOMP_RET_ALLOW},
	{"vfork", FILTER, SYS_clone, {0x4111}, TRAP},
	{"a thread of the filter", FILTER, SYS_clone, {0x3d0f00}, TRAP},
	{"a thread of batch", MANY, SYS_clone, {0x3d0f00}, SECCOMP_RET_ALLOW},
	{"batch forks", MANY, SYS_clone, {0x01200011}, SECCOMP_RET_ALLOW},
	{"batch ends its child", MANY, SYS_kill, {1000, SIGKILL}, SECCOMP_RET_ALLOW},
	{"batch sends no other signal", MANY, SYS_kill, {1000, SIGTERM}, TRAP},
	{"the filter ends nobody", FILTER, SYS_kill, {1000, SIGKILL}, TRAP},
	{"its child forks", INNER, SYS_clone, {0x01200011}, TRAP},
	{"its child has threads", INNER, SYS_clone, {0x3d0f00}, SECCOMP_RET_ALLOW},
	{"its child asks DNS by threads", INNER, SYS_pipe2, {0}, SECCOMP_RET_ALLOW},
	{"its child creates a file", INNER, SYS_openat, {0, 0, O_RDWR | O_CREAT}, TRAP},
	{"its child has no spool", INNER, SYS_openat,
		{0, 0, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL}, TRAP},
	{"its child ends nobody", INNER, SYS_kill, {1000, SIGKILL}, TRAP},
	{"a namespace", FILTER, SYS_clone, {0x10000000}, TRAP},
	{"clone3 has another way", FILTER, SYS_clone3, {0}, SECCOMP_RET_ERRNO | 38},
	{"newer than the list", FILTER, 460, {0}, SECCOMP_RET_ERRNO | 38},
	{"a number that is none", FILTER, 100000, {0}, SECCOMP_RET_ERRNO | 38},
	{"x32", FILTER, 0x40000000, {0}, TRAP},
	{"negative", FILTER, -1, {0}, TRAP},
	{"execve", FILTER, SYS_execve, {0}, TRAP},
	{"limits are read", FILTER & ~CALLS_FORK, SYS_prlimit64, {0, 7, 0, 1}, SECCOMP_RET_ALLOW},
	{"limits are set", FILTER & ~CALLS_FORK, SYS_prlimit64, {0, 7, 1, 0}, TRAP},
	{"another's limits", FILTER, SYS_prlimit64, {1, 7, 0, 1}, TRAP},
};

Test(seccomp, arguments)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(ask(rows[i].sets, rows[i].number, rows[i].args), rows[i].want, "%s",
			rows[i].name);
}

/* System calls of another architecture must be refused. */
Test(seccomp, another_machine)
{
	static struct sock_filter program[SECCOMP_MAX];
	const struct seccomp_data data = {.nr = SYS_read, .arch = AUDIT_ARCH_I386};
	const size_t n = seccomp_program(FILTER, program);

	cr_expect_eq(run(program, n, &data), TRAP);
}

Test(seccomp, names)
{
	cr_expect_str_eq(call_name(SYS_execve), "execve");
	cr_expect_str_eq(call_name(SYS_landlock_create_ruleset), "landlock_create_ruleset");
	cr_expect_null(call_name(100000));
	cr_expect_null(call_name(-1));
}
