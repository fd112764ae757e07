/*
 * The filter program is generated for each run from the table of calls, which takes a few
 * microseconds. Each system call is a bit in a bitmap: the program is a fifth as long as a list of
 * comparisons, so the kernel takes less time to install it (docs/decisions/sandbox.md has the
 * figures).
 */
#define _GNU_SOURCE
#include "filter/sandbox/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter/sandbox/calls.h"

#if defined(__x86_64__) && defined(__LP64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef ARCH

enum {
	WORD_BITS = 32,
	WORDS = 16, /* numbers below 512 */
	LAST = 450, /* the last call of Linux 6.1; newer ones fail with ENOSYS */
	NUMBER = 0, /* slots of the BPF program's memory */
	BIT = 1,
};

struct maker {
	struct sock_filter *at;
	size_t n;
};

static void
put(struct maker *m, unsigned code, uint32_t k, unsigned yes, unsigned no)
{
	if (m->n < SECCOMP_MAX)
		m->at[m->n] = (struct sock_filter){(uint16_t)code, (uint8_t)yes, (uint8_t)no, k};
	m->n++;
}

static void
put_load(struct maker *m, size_t offset)
{
	put(m, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void
put_return(struct maker *m, uint32_t action)
{
	put(m, BPF_RET | BPF_K, action, 0, 0);
}

/* Adds the calls that are allowed with any arguments. */
static void
put_words(struct maker *m, unsigned sets)
{
	uint32_t words[WORDS] = {0};

	for (size_t i = 0; i < call_count; i++)
		if ((call_rows[i].sets & sets) != 0 && call_rows[i].n == 0)
			words[call_rows[i].number / WORD_BITS] |=
				UINT32_C(1) << call_rows[i].number % WORD_BITS;
	put(m, BPF_ALU | BPF_AND | BPF_K, WORD_BITS - 1, 0, 0);
	put(m, BPF_MISC | BPF_TAX, 0, 0, 0);
	put(m, BPF_LD | BPF_IMM, 1, 0, 0);
	put(m, BPF_ALU | BPF_LSH | BPF_X, 0, 0, 0);
	put(m, BPF_ST, BIT, 0, 0);
	for (uint32_t word = 0; word < WORDS; word++) {
		if (words[word] == 0)
			continue;
		put(m, BPF_LD | BPF_MEM, NUMBER, 0, 0);
		put(m, BPF_ALU | BPF_RSH | BPF_K, 5, 0, 0);
		put(m, BPF_JMP | BPF_JEQ | BPF_K, word, 0, 3);
		put(m, BPF_LD | BPF_MEM, BIT, 0, 0);
		put(m, BPF_JMP | BPF_JSET | BPF_K, words[word], 0, 1);
		put_return(m, SECCOMP_RET_ALLOW);
	}
	put(m, BPF_LD | BPF_MEM, NUMBER, 0, 0);
}

/* Adds one row with checks; the call number is in the accumulator before and after it. */
static void
put_checked(struct maker *m, const struct call_row *row)
{
	/*
	 * instructions after the first jump: three for each check, one to allow, one to reload the
	 * number
	 */
	unsigned left = row->n * 3 + 2;

	put(m, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)row->number, 0, left);
	for (unsigned i = 0; i < row->n; i++) {
		const struct call_check *check = &row->checks[i];

		put_load(m, offsetof(struct seccomp_data, args) + check->argument * 8ul);
		put(m, BPF_ALU | BPF_AND | BPF_K, check->mask, 0, 0);
		left = (row->n - i - 1) * 3 + 1;
		put(m, BPF_JMP | BPF_JEQ | BPF_K, check->value, 0, left);
	}
	put_return(m, SECCOMP_RET_ALLOW);
	put(m, BPF_LD | BPF_MEM, NUMBER, 0, 0);
}

size_t
seccomp_program(unsigned sets, struct sock_filter *program)
{
	struct maker m = {.at = program};

	put_load(&m, offsetof(struct seccomp_data, arch));
	put(&m, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	put_return(&m, SECCOMP_RET_TRAP);
	put_load(&m, offsetof(struct seccomp_data, nr));
	put(&m, BPF_ST, NUMBER, 0, 0);
	put(&m, BPF_JMP | BPF_JGT | BPF_K, LAST, 0, 3);
	/* the calls of x32 have bit 30 */
	put(&m, BPF_JMP | BPF_JGE | BPF_K, UINT32_C(1) << 30, 0, 1);
	put_return(&m, SECCOMP_RET_TRAP);
	put_return(&m, SECCOMP_RET_ERRNO | ENOSYS);
	put_words(&m, sets);
	for (size_t i = 0; i < call_count; i++)
		if ((call_rows[i].sets & sets) != 0 && call_rows[i].n > 0)
			put_checked(&m, &call_rows[i]);
	/*
	 * refused, because its flags are in memory and cannot be checked: glibc falls back to clone
	 */
	put(&m, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1);
	put_return(&m, SECCOMP_RET_ERRNO | ENOSYS);
	put_return(&m, SECCOMP_RET_TRAP);
	return m.n > SECCOMP_MAX ? 0 : m.n;
}

bool
seccomp_can(void)
{
	uint32_t action = SECCOMP_RET_TRAP;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0u, &action) == 0;
}

bool
seccomp_enter(unsigned sets)
{
	struct sock_filter program[SECCOMP_MAX];
	const size_t n = seccomp_program(sets, program);
	struct sock_fprog all = {.len = (unsigned short)n, .filter = program};

	return n > 0 && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0u, &all) == 0;
}

#else

size_t
seccomp_program(unsigned sets, struct sock_filter *program)
{
	(void)sets;
	(void)program;
	return 0;
}

bool
seccomp_can(void)
{
	return false;
}

bool
seccomp_enter(unsigned sets)
{
	(void)sets;
	errno = ENOSYS;
	return false;
}

#endif
