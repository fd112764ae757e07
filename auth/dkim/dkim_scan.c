#include "auth/dkim/dkim_scan.h"

#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAS_AVX 1
#else
#define HAS_AVX 0
#endif

/*
 * Uses what glibc already knows about the processor. The compiler's own check executes a dozen
 * CPUID instructions before main(), each of which traps in a virtual machine.
 */
#if HAS_AVX && __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#endif
#ifdef CPU_FEATURE_ACTIVE
#define CPU_HAS(ours, theirs) CPU_FEATURE_ACTIVE(ours)
#elif HAS_AVX
#define CPU_HAS(ours, theirs) __builtin_cpu_supports(theirs)
#else
#define CPU_HAS(ours, theirs) false
#endif

/*
 * Must the scan stop at p? A line end is canonical if it is CRLF and the next line is certainly
 * neither empty nor only white space.
 */
static inline bool
is_stop(bool relaxed, const char *p)
{
	const unsigned char after = (unsigned char)p[1];

	if (*p == '\n')
		return p[-1] != '\r' || after <= (relaxed ? ' ' : '\r');
	return relaxed && (*p == '\t' || (*p == ' ' && after <= ' '));
}

static inline size_t
scan_octets(bool relaxed, const char *p, size_t n, size_t at)
{
	while (n - at > 1 && !is_stop(relaxed, p + at))
		at++;
	return at;
}

/*
 * Sixteen bytes at once, without a branch for each byte. The comparison of two vectors gives 0 or
 * all ones in each byte.
 */
typedef unsigned char vec __attribute__((vector_size(16)));
typedef unsigned long long vec_half __attribute__((vector_size(16)));

#define VEC_ALL(c) ((vec){c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c})

static inline vec
vec_load(const char *p)
{
	vec v;

	memcpy(&v, p, sizeof v);
	return v;
}

static inline bool
vec_any(vec v)
{
	vec_half halves = (vec_half)v;

	return (halves[0] | halves[1]) != 0;
}

/* The index of the first byte that is not 0; there must be one. */
static inline size_t
vec_first(vec v)
{
	size_t at = 0;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	vec_half halves = (vec_half)v;

	at = halves[0] != 0 ? 0 : 8;
	at += (size_t)__builtin_ctzll(halves[at / 8]) / 8;
#else
	while (v[at] == 0)
		at++;
#endif
	return at;
}

/*
 * Marks the stops (octets that are not canonical for certain) among the 16 bytes at p; also reads
 * the bytes before and after.
 */
static inline vec
vec_stops(bool relaxed, const char *p)
{
	const vec here = vec_load(p), before = vec_load(p - 1), after = vec_load(p + 1);
	const vec ends = (vec)(after <= (relaxed ? VEC_ALL(' ') : VEC_ALL('\r')));
	const vec lines = (vec)(here == VEC_ALL('\n')) & ((vec)(before != VEC_ALL('\r')) | ends);

	if (!relaxed)
		return lines;
	return lines | (vec)(here == VEC_ALL('\t')) | ((vec)(here == VEC_ALL(' ')) & ends);
}

static inline size_t
scan_16(bool relaxed, const char *p, size_t n, size_t at)
{
	const size_t width = sizeof(vec);

	while (n - at > 2 * width) {
		const vec low = vec_stops(relaxed, p + at);
		const vec high = vec_stops(relaxed, p + at + width);

		if (vec_any(low | high))
			return vec_any(low) ? at + vec_first(low) : at + width + vec_first(high);
		at += 2 * width;
	}
	return scan_octets(relaxed, p, n, at);
}

#if HAS_AVX

/* The stops among the 32 bytes at p, one bit for each byte. */
__attribute__((target("avx2"))) static inline unsigned
avx2_stops(bool relaxed, const char *p)
{
	const __m256i here = _mm256_loadu_si256((const void *)p);
	const __m256i before = _mm256_loadu_si256((const void *)(p - 1));
	const __m256i after = _mm256_loadu_si256((const void *)(p + 1));
	const __m256i last = _mm256_set1_epi8(relaxed ? ' ' : '\r');
	const __m256i ends = _mm256_cmpeq_epi8(_mm256_min_epu8(after, last), after);
	const __m256i crlf =
		_mm256_andnot_si256(ends, _mm256_cmpeq_epi8(before, _mm256_set1_epi8('\r')));
	__m256i stops = _mm256_andnot_si256(crlf, _mm256_cmpeq_epi8(here, _mm256_set1_epi8('\n')));

	if (relaxed) {
		const __m256i tabs = _mm256_cmpeq_epi8(here, _mm256_set1_epi8('\t'));
		const __m256i spaces = _mm256_cmpeq_epi8(here, last);

		stops = _mm256_or_si256(
			stops, _mm256_or_si256(tabs, _mm256_and_si256(spaces, ends)));
	}
	return (unsigned)_mm256_movemask_epi8(stops);
}

__attribute__((target("avx2"))) static inline size_t
scan_avx2(bool relaxed, const char *p, size_t n, size_t at)
{
	const size_t width = sizeof(__m256i);

	for (; n - at > width; at += width) {
		const unsigned stops = avx2_stops(relaxed, p + at);

		if (stops != 0)
			return at + (size_t)__builtin_ctz(stops);
	}
	return scan_16(relaxed, p, n, at);
}

/*
 * The stops among the bytes at p that mask selects; besides these, only one byte on each side is
 * read.
 */
__attribute__((target("avx512f,avx512bw"))) static inline __mmask64
avx512_stops(bool relaxed, const char *p, __mmask64 mask)
{
	const __m512i here = _mm512_maskz_loadu_epi8(mask, p);
	const __m512i before = _mm512_maskz_loadu_epi8(mask, p - 1);
	const __m512i after = _mm512_maskz_loadu_epi8(mask, p + 1);
	const __m512i last = _mm512_set1_epi8(relaxed ? ' ' : '\r');
	const __mmask64 ends = _mm512_cmple_epu8_mask(after, last);
	const __mmask64 crlf = _mm512_cmpeq_epi8_mask(before, _mm512_set1_epi8('\r')) & ~ends;
	__mmask64 stops = _mm512_cmpeq_epi8_mask(here, _mm512_set1_epi8('\n')) & ~crlf;

	if (relaxed)
		stops |= _mm512_cmpeq_epi8_mask(here, _mm512_set1_epi8('\t')) |
			 (_mm512_cmpeq_epi8_mask(here, last) & ends);
	return stops;
}

__attribute__((target("avx512f,avx512bw"))) static inline size_t
scan_avx512(bool relaxed, const char *p, size_t n, size_t at)
{
	const size_t width = sizeof(__m512i);
	__mmask64 stops;

	for (; n - at > width; at += width) {
		stops = avx512_stops(relaxed, p + at, ~(__mmask64)0);
		if (stops != 0)
			return at + (size_t)__builtin_ctzll(stops);
	}
	if (n - at == 1)
		return at;
	stops = avx512_stops(relaxed, p + at, ((__mmask64)1 << (n - 1 - at)) - 1);
	return stops != 0 ? at + (size_t)__builtin_ctzll(stops) : n - 1;
}

#endif

bool
dkim_scan_has(enum dkim_scan_way way)
{
	switch (way) {
	case DKIM_SCAN_OCTETS:
	case DKIM_SCAN_16:
		return true;
	case DKIM_SCAN_AVX2:
		return CPU_HAS(AVX2, "avx2");
	case DKIM_SCAN_AVX512:
		return CPU_HAS(AVX512F, "avx512f") && CPU_HAS(AVX512BW, "avx512bw");
	case DKIM_SCAN_WAYS:
		break;
	}
	return false;
}

enum dkim_scan_way
dkim_scan_best(void)
{
	enum dkim_scan_way best = DKIM_SCAN_WAYS;

	do
		best--;
	while (!dkim_scan_has(best));
	return best;
}

/* passes relaxed as a constant, so that no loop tests it */
#define BOTH(scan) (relaxed ? scan(true, p, n, at) : scan(false, p, n, at))

#if HAS_AVX
__attribute__((target("avx2"))) static size_t
both_avx2(bool relaxed, const char *p, size_t n, size_t at)
{
	return BOTH(scan_avx2);
}

__attribute__((target("avx512f,avx512bw"))) static size_t
both_avx512(bool relaxed, const char *p, size_t n, size_t at)
{
	return BOTH(scan_avx512);
}
#else
/* never called: the processor lacks it */
#define both_avx2(relaxed, p, n, at) BOTH(scan_16)
#define both_avx512(relaxed, p, n, at) BOTH(scan_16)
#endif

size_t
dkim_scan(enum dkim_scan_way way, bool relaxed, const char *p, size_t n, size_t at)
{
	switch (way) {
	case DKIM_SCAN_AVX512:
		return both_avx512(relaxed, p, n, at);
	case DKIM_SCAN_AVX2:
		return both_avx2(relaxed, p, n, at);
	case DKIM_SCAN_OCTETS:
		return BOTH(scan_octets);
	case DKIM_SCAN_16:
	case DKIM_SCAN_WAYS:
		break;
	}
	return BOTH(scan_16);
}
