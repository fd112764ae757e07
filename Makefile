# mailstamp: one Makefile for the whole tree.  `make help` lists what it can do.
# the version is only in debian/changelog
VERSION := $(shell awk -F '[()]' 'NR == 1 { print $$2 }' debian/changelog)
PREFIX = /usr/local
CC = gcc
BUILD = $(if $(STATIC),build/static,build)
O = -O3 -g1
# folders whose share of the time is small for many messages and many reports build faster, and so do the tests
O_COLD = -O1 -g1
COLD := cli explain inspect page plan proxy rules sandbox settings
O_TESTS = -O1 -g1

PKGS := gmime-3.0 libcrypto libidn2 libpsl jansson libarchive sqlite3 libpq libxml-2.0 zlib
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion \
	-Wsign-conversion -Wcast-qual -Wpointer-arith -Wwrite-strings -Wvla -Wundef -Wformat=2 \
	-Wswitch-enum -Wnull-dereference -Wimplicit-fallthrough
WERROR = $(if $(CI),-Werror)
# the protections against memory errors that the compiler supports; tested once
HARDEN = $(eval HARDEN := $$(shell tools/harden $(CC)))$(HARDEN)
CPPFLAGS = -I. -D_POSIX_C_SOURCE=200809L -DMAILSTAMP_VERSION='"$(VERSION)"' $(if $(STATIC),-DMAILSTAMP_STATIC)
# for the files that contain paths of the installation
PATHS = -DMAILSTAMP_CONFIG='"$(SYSCONF)/mailstamp/mailstamp.conf"'
PATHS_OBJ := $(BUILD)/filter/cli/options.o $(BUILD)/filter/cli/options_help.o
# the same program from every checkout
MAP = -ffile-prefix-map=$(CURDIR)=.
CFLAGS = -std=c11 -pthread $(O) $(if $(STATIC),-fno-pie,-fPIE) -ffunction-sections $(HARDEN) $(WARN) $(WERROR)
LDFLAGS = $(if $(STATIC),-no-pie,-pie) -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--gc-sections -Wl,--as-needed
SYSCONF = $(if $(filter /usr,$(PREFIX)),/etc,$(if $(filter /usr/local,$(PREFIX)),/etc,$(PREFIX)/etc))
# evaluated once, and only after the dependency step
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(patsubst -I%,-isystem %,$$(filter-out -pthread,$$(shell pkg-config --cflags $(PKGS)))))$(PKG_CFLAGS)
# the other libraries are loaded on demand (mime/late.h), so that they do not slow down the start
PKG_LIBS = $(eval PKG_LIBS := $$(shell $(if $(STATIC),$(STATIC_LIBS),pkg-config --libs libcrypto)))$(PKG_LIBS)
# make STATIC=1: from static archives, except libc and what is loaded through GMime (docs/decisions/linking.md)
STATIC_LIBS = echo -Wl,-Bstatic $(if $(filter yes,$(SPF2)),-lspf2 -lresolv) $$$$(pkg-config --static --libs libpsl $(filter-out gmime-3.0 libarchive sqlite3 libpq libxml-2.0 zlib,$(PKGS))) -lunistring -Wl,-Bdynamic
# the second SPF evaluator: used if a trial program links, unless SPF2=no
SPF2 = $(eval SPF2 := $$(shell tools/has-libspf2 $(CC)))$(SPF2)
SPF2_FLAG = $(if $(filter yes,$(SPF2)),-DMAILSTAMP_LIBSPF2)

SOURCES := $(wildcard mime/*.c auth/*.c auth/*/*.c filter/*.c filter/*/*.c)
EMBEDDED := $(BUILD)/page_css.o $(BUILD)/page_js.o $(BUILD)/catalogue_ja.o $(BUILD)/provider_table.o $(BUILD)/syscalls.o
LIB_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(filter-out filter/cli/main.c,$(SOURCES))) $(EMBEDDED)
UNIT := $(wildcard tests/*/test_*.c tests/*/*/test_*.c)
UNIT_BIN := $(UNIT:tests/%.c=$(BUILD)/tests/%)
SUPPORT_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/support/*.c))
FUZZ := $(wildcard tests/fuzz/fuzz_*.c)
REPLAY_BIN := $(FUZZ:tests/fuzz/%.c=$(BUILD)/replay/%)
FUZZ_BIN := $(FUZZ:tests/fuzz/%.c=$(BUILD)/fuzzers/%)
MAN := $(wildcard docs/*.1)
CONTRIB := $(sort $(wildcard contrib/*/*))
INSTALLED_DOCS := README.md INSTALL SECURITY.md CHANGELOG.md LICENSE docs/DEVIATIONS.md docs/REAL-MAIL.md docs/schema.json \
	docs/schema-1.json docs/schema-inspect.json docs/schema-baseline.json docs/schema-plan.json docs/schema-report.json docs/store.md
DOCDIR = $(PREFIX)/share/doc/mailstamp
# the output of testdata/: shared by all builds, remade when a table, a seed or a key changes
CASES := build/testdata/.made
SEEDS := build/corpus/.made

# all cores, unless the caller passes -j
SUBMAKE = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

# beside other targets, mailstamp is made by this make, as a second one would write the same files
all: needs $(if $(filter-out all,$(MAKECMDGOALS)),mailstamp)
	+@$(SUBMAKE) mailstamp

help:
	@sed -n 's/^## //p' Makefile

## make              build ./mailstamp (says which packages are missing)
## make STATIC=1     the same from archives: starts faster, needs a rebuild for each security update
## make SPF2=no      without libspf2 (--spf-engine libspf2, --spf-compare), which is found by a trial
## make run          install what is missing, build, evaluate a real signed sample message
## make test         install what is missing, build, run all tests
## make check-hosts  real Postfix, Exim, procmail, maildrop in front of it (root; HOSTS=--full)
## make check-scale  shards on a real Slurm and over ssh, joined (contrib/scale)
## make check-load   2,000 messages through Postfix, 20 filters at once (root)
## make check-faults failing system calls, full disks, kills (EVERY=1: every single call)
## make check-debian the two commands above on bare Debian machines (root; RELEASES="12 13")
## make check-deb    the package built, installed, upgraded, removed on bare Debian machines (root)
## make page         a sample page of --html, with screenshots, into build/page
## make check-page   the page in real Chromium: sorted, filtered, by keys, on a phone, on paper
## make deps         install the packages of build and test
## make install      PREFIX=/usr/local DESTDIR=; make uninstall removes it
## make dist         a tarball of HEAD, the same from every checkout, into build/dist
## make deb          a Debian package of HEAD for this release, checked by lintian, into build/deb
## make words        update po/*.po from the sources, list what is untranslated
## make lint         house rules, formatter, static analysis
## make asan         all tests under AddressSanitizer and UBSan
## make fuzz         every parser's fuzzer, FUZZ_SECONDS=600 each
## make fuzz-smoke   the whole filter's fuzzer, in two processes for 90 seconds
## make coverage     how many lines the tests reach, by llvm-cov
## make attacks      published attacks with their sources, and tests that they fail
## make bench        start-up, stages, archives, 100 MiB, a slow DNS, libopendkim; medians and ratios
## make instructions instructions per message, by callgrind: independent of the load
## make ci-long      everything that is too long for CI
## make clean        remove build/ and ./mailstamp

mailstamp: $(BUILD)/mailstamp
	@cp $< $@

words:
	@tools/words update

# Rebuild if the flags change: these files are rewritten only when their content differs.
kept = @mkdir -p $(@D); text='$(subst ','\'',$(1))'; \
	echo "$$text" | cmp -s - $@ || echo "$$text" >$@
$(BUILD)/flags: FORCE
	$(call kept,$(CC) $(CPPFLAGS) $(CFLAGS) $(MAP) $(O_COLD) $(O_TESTS))
$(BUILD)/flags-link: FORCE
	$(call kept,$(CC) $(LDFLAGS) $(PKG_LIBS))
$(BUILD)/flags-paths: FORCE
	$(call kept,$(PATHS))
$(BUILD)/flags-spf2: FORCE
	$(call kept,$(SPF2_FLAG))
FORCE:

$(addprefix $(BUILD)/filter/,$(addsuffix /%.o,$(COLD))): private O = $(O_COLD)
$(BUILD)/tests/%.o: private O = $(O_TESTS)

$(PATHS_OBJ): private CPPFLAGS += $(PATHS)
$(PATHS_OBJ): $(BUILD)/flags-paths
$(BUILD)/auth/spf/spf_libspf2.o: private CPPFLAGS += $(SPF2_FLAG)
$(BUILD)/auth/spf/spf_libspf2.o: $(BUILD)/flags-spf2

$(BUILD)/mailstamp: $(BUILD)/filter/cli/main.o $(BUILD)/libmailstamp.a $(BUILD)/flags-link
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(PKG_LIBS)

$(BUILD)/libmailstamp.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(MAP) -MMD -MP -c -o $@ $<

# files embedded in the page of --html (filter/page/page_assets.h)
$(BUILD)/page_%.c: filter/page/page.% tools/embed
	@mkdir -p $(@D)
	tools/embed page_$* $< >$@.new
	@mv $@.new $@

# translated messages (filter/text/catalogue.h)
$(BUILD)/%.mo: po/%.po
	@mkdir -p $(@D)
	msgfmt --check --endianness=little -o $@ $<

$(BUILD)/catalogue_%.c: $(BUILD)/%.mo tools/embed
	tools/embed catalogue_$* $< >$@.new
	@mv $@.new $@

# services that send mail for others (filter/provider/provider.h)
$(BUILD)/provider_table.c: filter/provider/services.ini tools/services
	@mkdir -p $(@D)
	tools/services $< >$@.new
	@mv $@.new $@

# the names of system calls (filter/sandbox/calls.h)
$(BUILD)/syscalls.c: tools/syscalls $(BUILD)/flags
	@mkdir -p $(@D)
	tools/syscalls $(CC) >$@.new
	@mv $@.new $@

$(EMBEDDED): %.o: %.c $(BUILD)/flags
	$(CC) $(CPPFLAGS) $(CFLAGS) $(MAP) -c -o $@ $<

# Criterion finds the tests in sections of its own, which the linker would take for unused
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(SUPPORT_OBJ) $(BUILD)/libmailstamp.a $(BUILD)/flags-link
	$(CC) $(CFLAGS) $(filter-out %--gc-sections,$(LDFLAGS)) -o $@ $(filter %.o %.a,$^) $(PKG_LIBS) -lcriterion

# compares GMime with our own parser of From
$(BUILD)/tests/from/read_from: $(BUILD)/tests/from/read_from.o $(BUILD)/libmailstamp.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs gmime-3.0) $(PKG_LIBS)

# signatures pass if the input says so (tests/fuzz/fuzz_filter.c)
$(BUILD)/replay/fuzz_filter $(BUILD)/fuzzers/fuzz_filter: private LDFLAGS += -Wl,--wrap=crypto_verify,--wrap=dkim_bodies_get

$(BUILD)/replay/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/replay.o $(BUILD)/libmailstamp.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/bench/stages: $(BUILD)/bench/stages.o $(BUILD)/libmailstamp.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/fuzzers/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/libmailstamp.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

-include $(shell find $(BUILD) \( -path '$(BUILD)/debian' -o -path '$(BUILD)/deb' \) -prune -o -type f -name '*.d' -print 2>/dev/null)
.SECONDARY:

needs:
	@tools/deps check build $(if $(STATIC),static)
deps:
	@tools/deps install build spf2 test

run:
	@tools/deps install build spf2
	+@$(SUBMAKE) -s mailstamp
	@tools/demo

test: deps
	+@$(SUBMAKE) mailstamp unit replay cases seeds
	@tests/run $(BUILD)

cases: $(CASES)
$(CASES): testdata/make-testdata testdata/maker $(wildcard testdata/maker/*.py testdata/keys/*.pem)
	@testdata/make-testdata $(@D)

seeds: $(SEEDS)
$(SEEDS): testdata/make-corpus testdata/corpus $(wildcard testdata/corpus/* testdata/corpus/*/*)
	@testdata/make-corpus $(@D)

# every source file, without code: only whether the compiler has something to say
syntax: $(EMBEDDED:.o=.c)
	@printf '%s\n' $(SOURCES) $(UNIT) $(wildcard tests/support/*.c tests/dns/*.c tests/from/*.c) $(FUZZ) tests/fuzz/replay.c $^ | \
		xargs -P2 -n 16 $(CC) $(CPPFLAGS) $(PATHS) $(SPF2_FLAG) $(PKG_CFLAGS) $(CFLAGS) -fsyntax-only

unit: $(UNIT_BIN) $(BUILD)/tests/dns/ask $(BUILD)/tests/from/read_from
replay: $(REPLAY_BIN)
fuzzers: $(FUZZ_BIN)

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
asan: deps
	+@$(SUBMAKE) BUILD=build/asan O='-O1 -g' HARDEN='$(SANITIZE)' build/asan/mailstamp unit replay cases seeds
	@tests/run build/asan

fuzz:
	@tools/deps install build test fuzz
	+@$(SUBMAKE) CC=clang BUILD=build/fuzz O='-O1 -g' HARDEN='$(SANITIZE) -fsanitize=fuzzer-no-link' fuzzers seeds
	@tests/fuzz/run build/fuzz/fuzzers $(or $(FUZZ_SECONDS),600)

fuzz-smoke:
	@tools/deps install build test fuzz
	+@$(SUBMAKE) CC=clang BUILD=build/fuzz O='-O1 -g' HARDEN='$(SANITIZE) -fsanitize=fuzzer-no-link' \
		build/fuzz/fuzzers/fuzz_filter seeds
	@tests/fuzz/run build/fuzz/fuzzers $(or $(FUZZ_SECONDS),90) fuzz_filter fuzz_filter

# the suites that evaluate messages; those of hosts and delivery run other programs
COVERED := unit replay program/run explain inspect json config seal diagnose whatif stored advice overlay dns from batch merge rules sandbox reporting reporting/failures
coverage: deps
	@tools/deps install coverage
	@rm -rf build/coverage/raw
	@mkdir -p build/coverage/raw
	@[ build/coverage/flags -nt tools/shared_counters.c ] || rm -f build/coverage/flags # builds all with it
	clang -std=c11 -O1 -c -o build/coverage/shared_counters.o tools/shared_counters.c
	+@$(SUBMAKE) CC=clang BUILD=build/coverage O='-O1 -g' \
		HARDEN='-fprofile-instr-generate -fcoverage-mapping -mllvm -runtime-counter-relocation -Wno-unused-command-line-argument -Wl,build/coverage/shared_counters.o' \
		build/coverage/mailstamp unit replay cases seeds
	@MAILSTAMP_PROFILES=$(CURDIR)/build/coverage/raw tests/run build/coverage $(COVERED)
	@tools/coverage build/coverage

attacks: deps mailstamp cases
	@tests/attacks/run --table $(BUILD)

lint:
	@tools/deps install build spf2 test lint
	@tests/lint/run

bench: deps mailstamp $(BUILD)/bench/stages
	@tools/deps install bench
	@bench/run
	@bench/archive
	@bench/resolver
	@bench/hostile
	@bench/instructions
	@bench/curves docs/growth.svg
	@bench/batch $(BUILD)

instructions: deps mailstamp
	@tools/deps install instructions
	@bench/instructions

check-hosts:
	@tools/deps install build spf2 hosts $(if $(findstring --full,$(HOSTS)),hosts-full)
	@$(MAKE) --no-print-directory mailstamp
	@tests/hosts/paste $(findstring --full,$(HOSTS)) $(BUILD)
	@tests/hosts/run $(HOSTS) $(BUILD)
	@tests/hosts/reports $(BUILD)

page check-page:
	@tools/deps install build spf2 test page
	@$(MAKE) --no-print-directory mailstamp cases
	@tests/page/browser $(if $(filter page,$@),--shots) $(BUILD)

check-scale:
	@tools/deps install build test scale
	@$(MAKE) --no-print-directory mailstamp cases
	@tests/scale/check $(BUILD)

check-load:
	@tools/deps install build spf2 test hosts
	@$(MAKE) --no-print-directory mailstamp
	@tests/hosts/load $(BUILD)

check-faults: deps
	@$(MAKE) --no-print-directory mailstamp
	@tests/faults/run --every $(or $(EVERY),1) $(BUILD)

check-debian:
	@tests/debian/check $(or $(RELEASES),12 13)

check-deb:
	@tests/debian/package $(or $(RELEASES),12 13)

version:
	@echo $(VERSION)

dist:
	@tools/dist $(VERSION)

deb:
	@tools/deps install build spf2 deb $(if $(filter nocheck,$(DEB_BUILD_OPTIONS)),,unit)
	@tools/deb $(VERSION)

ci-long:
	@tests/ci-long

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(DOCDIR)
	install -m 755 $(BUILD)/mailstamp $(DESTDIR)$(PREFIX)/bin/mailstamp
	install -m 644 $(MAN) $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 $(INSTALLED_DOCS) $(DESTDIR)$(DOCDIR)/
	install -D -m 644 contrib/mailstamp.conf.sample $(DESTDIR)$(SYSCONF)/mailstamp/mailstamp.conf.sample
	for file in $(CONTRIB); do \
		install -D -m $$(if [ -x $$file ]; then echo 755; else echo 644; fi) \
			$$file $(DESTDIR)$(DOCDIR)/$$file || exit 1; done

# removes only what install created, and folders only if they are empty
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/mailstamp $(patsubst docs/%,$(DESTDIR)$(PREFIX)/share/man/man1/%,$(MAN)) \
		$(addprefix $(DESTDIR)$(DOCDIR)/,$(notdir $(INSTALLED_DOCS)) $(CONTRIB)) \
		$(DESTDIR)$(SYSCONF)/mailstamp/mailstamp.conf.sample
	rmdir $(DESTDIR)$(SYSCONF)/mailstamp 2>/dev/null || :
	for folder in $(addprefix /,$(patsubst %/,%,$(sort $(dir $(CONTRIB)))) contrib) ""; do \
		rmdir $(DESTDIR)$(DOCDIR)$$folder 2>/dev/null || :; done

clean:
	rm -rf build mailstamp

.PHONY: FORCE all help needs deps run test syntax unit replay fuzzers asan attacks fuzz fuzz-smoke coverage lint bench instructions check-hosts check-load page check-page check-scale check-faults check-debian check-deb version dist deb ci-long words cases seeds install uninstall clean
