# host_fuzz.mk - the parsers, fuzzed on the host. Included by tests/host/host.mk,
# whose libraries these are: the kernel's own sources, with AddressSanitizer and
# UndefinedBehaviorSanitizer.
#
#	fuzz-host	each parser for FUZZ_SECONDS, guided by coverage (clang's
#			libFuzzer); PARSERS='elf cpio': some
#	setup-fuzz	installs that clang
#	build/host/replay-NAME	the seeds and mutations of them, without clang

FUZZ_PARSERS := elf cpio dtb atags cmdline
PARSERS ?= $(FUZZ_PARSERS)
FUZZ_SECONDS ?= 60
FUZZ_CC ?= clang-14
FUZZ_PACKAGES := clang-14 libclang-rt-14-dev
PYTHON ?= python3
FUZZ_SEEDS := $(HOST)/fuzz-seeds
OUT ?= build/$(or $(BOARD),vexpress-a9)

FUZZ_LIBS_elf := alloc proc
FUZZ_LIBS_cpio := $(HOST_LIBS_test_cpio)
$(foreach p,dtb atags cmdline,\
	$(eval FUZZ_LIBS_$(p) := $(HOST_BOOT_LIBS)))
# Beside host_NAME.c.
$(foreach p,dtb atags cmdline,$(eval FUZZ_WITH_$(p) := tests/fuzz/host_boot.c))

FUZZ_SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=undefined
$(eval $(call host_variant,fuzz,,-DCONFIG_DEBUG=0))
# What gcc has compiled without a warning need not please clang as well.
$(HOST)/fuzz/%.o: override HOST_CC := $(FUZZ_CC)
$(HOST)/fuzz/%.o: HOST_CFLAGS := -std=gnu11 -O1 -g -w -fno-common \
	-fno-pie -fno-omit-frame-pointer $(FUZZ_SANITIZERS) \
	-fsanitize=fuzzer-no-link

# $(call fuzz_program,variant,name,parser,sources,compiler)
define fuzz_program
$(HOST)/$(2)-$(3): $(patsubst %.c,$(HOST)/$(1)/%.o,$(4) tests/fuzz/host_$(3).c \
		$(FUZZ_WITH_$(3)) $(HOST_ALWAYS)) \
		$(foreach l,$(FUZZ_LIBS_$(3)),$(HOST)/$(1)/lib$(l).a)
	$$(if $$(V),,@echo '  HOSTLD  $$@')
	$$(if $$(V),,@)$(5) $(FUZZ_SANITIZERS) -no-pie -o $$@ \
		-Wl,--start-group $$^ -Wl,--end-group -lcmocka
endef
$(foreach p,$(FUZZ_PARSERS),\
	$(eval $(call fuzz_program,fuzz,fuzz,$(p),,$(FUZZ_CC) -fsanitize=fuzzer))\
	$(eval $(call fuzz_program,plain,replay,$(p),\
		tests/fuzz/host_replay.c,$(HOST_CC))))

$(FUZZ_SEEDS)/made: tests/fuzz/host_seeds.py $(OUT)/initramfs.cpio \
		$(OUT)/pagewalk.bin
	@mkdir -p $(@D)
	@$(PYTHON) $< $(@D) $(wordlist 2,3,$^) && touch $@

CHECK_TESTS += tests/fuzz/host_replay.t
tests/fuzz/host_replay.t: $(FUZZ_PARSERS:%=$(HOST)/replay-%) $(FUZZ_SEEDS)/made

.PHONY: fuzz-host setup-fuzz
setup-fuzz:
	@PACKAGES='$(FUZZ_PACKAGES)' sh tools/setup.sh
ifneq ($(shell command -v $(FUZZ_CC)),)
fuzz-host: $(PARSERS:%=$(HOST)/fuzz-%) $(FUZZ_SEEDS)/made
	@PARSERS='$(PARSERS)' FUZZ_SECONDS=$(FUZZ_SECONDS) \
		$(PYTHON) tests/fuzz/host_fuzz.py
else
fuzz-host:
	@echo 'make fuzz-host: there is no $(FUZZ_CC), which `make setup-fuzz`' \
		'installs (packages $(FUZZ_PACKAGES))' >&2; exit 2
endif
