# Host tests: the kernel's portable C compiled natively, with AddressSanitizer
# and UndefinedBehaviorSanitizer, on fake RAM. Included by the top Makefile;
# `make -f tests/host/host.mk` works alone.
#
# Each kernel folder becomes one library per variant, each tests/host/test_*.c
# one program. A test links the libraries it names below and is built, and
# fails, independently of all others.
#
#	host-tests	build all of them	host-check	and run them
#	build/host/test_x	one of them; with CONFIG_DEBUG=1: test_x-debug

HOST_CC ?= gcc
HOST_AR ?= ar
HOST_OBJCOPY ?= objcopy
HOST_CROSS_CC := $(or $(CROSS_COMPILE),arm-none-eabi-)gcc
PROVE ?= prove

HOST := build/host

include tools/record.mk tools/warnings.mk

HOST_CPPFLAGS := -DPHYS_OFFSET=0x60000000 -DEARLY_UART='<board/pl011.h>' \
	-DUART_PA=0x10009000u -DUART_HZ=24000000 -DUART_BAUD=38400 \
	-I$(HOST)/include -Itests/host/include -Iinclude -I.
HOST_CFLAGS := -std=gnu11 -O1 -g -fno-common -fno-pie -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=undefined \
	$(WARNINGS)

# ---- what is compiled ---------------------------------------------------------

# Hardware and linker symbols: the target's tests cover these.
HOST_SKIP := lib/printk.c lib/panic.c lib/bug.c lib/symbols.c lib/semihosting.c \
	lib/personality.c lib/newlib.c services/files/log_read.c

HOST_FOLDERS := alloc mm fs lib mmu run trap proc services inspect startup board
# Of these folders only what knows neither registers nor stacks.
HOST_ONLY_run := run/cred.c run/rwsem.c run/rwsem_debug.c run/service.c run/vfp_id.c
HOST_ONLY_trap := trap/fault.c trap/extable.c
HOST_ONLY_proc := proc/elf.c
HOST_ONLY_inspect := inspect/trace.c
HOST_ONLY_services := services/advice/*.c services/alignment/alignment.c \
	services/files/*.c services/ids/cred.c services/pipe/*.c services/poll/*.c
HOST_ONLY_startup := startup/atags.c startup/boot_args.c startup/cmdline.c \
	startup/fdt.c
HOST_ONLY_board := board/tree.c board/tree_links.c board/earlycon.c
host_sources = $(filter-out $(HOST_SKIP),$(wildcard \
	$(or $(HOST_ONLY_$(1)),$(1)/*.c $(1)/*/*.c)))

HOST_TESTS := $(patsubst tests/host/%.c,%,$(wildcard tests/host/test_*.c))
HOST_SUPPORT := $(filter-out $(HOST_TESTS:%=tests/host/%.c),\
	$(wildcard tests/host/*.c))

# Files that go with every test.
HOST_ALWAYS := tests/host/host_ram.c tests/host/host_log.c tests/host/host_cpu.c

# The others are libraries by the start of their names: mmu_model*.c makes
# `mmu_model`.
HOST_MODELS := mmu_model mm_world fs_world boot_world
host_model_sources = $(filter tests/host/$(1)%,$(HOST_SUPPORT))

# The folders and models a test needs; all, unless said here.
HOST_LIBS_test_memblock := alloc
$(foreach t,test_buddy test_buddy_histories test_buddy_checks test_slab \
	test_slab_checks,$(eval HOST_LIBS_$(t) := alloc))
HOST_LIBS_test_elf := alloc proc
HOST_LIBS_test_vfp := alloc run
HOST_LIBS_test_clock := alloc
HOST_LIBS_test_alignment := alloc lib mmu run trap services mmu_model
HOST_BOOT_LIBS := alloc lib inspect startup board
$(foreach t,test_boot_args test_cmdline test_fdt test_board_tree test_board_links,\
	$(eval HOST_LIBS_$(t) := $(HOST_BOOT_LIBS) boot_world))
HOST_MMU_TESTS := test_abort test_pte test_pgtable test_tlb test_kmap \
	test_context test_uaccess test_errata
$(foreach t,$(HOST_MMU_TESTS),\
	$(eval HOST_LIBS_$(t) := alloc lib mmu run mmu_model))
HOST_MM_TESTS := test_vma test_fault test_do_abort test_mm_random test_fork test_gup \
	test_mmap test_vmalloc test_mm_sweep test_mm_plan
$(foreach t,$(HOST_MM_TESTS),\
	$(eval HOST_LIBS_$(t) := alloc lib mmu run mm trap services mmu_model mm_world))
HOST_FS_TESTS := test_cpio test_filemap test_files test_mounts test_namei test_open \
	test_page_tree test_truncate
$(foreach t,$(HOST_FS_TESTS),\
	$(eval HOST_LIBS_$(t) := alloc lib mmu run mm fs trap services mmu_model mm_world fs_world))
host_libs = $(or $(HOST_LIBS_$(1)),$(HOST_FOLDERS) $(HOST_MODELS))

# Also built with CONFIG_DEBUG=1.
HOST_DEBUG_TESTS := $(HOST_TESTS)

# Also on a meaner machine: table walks that look past the data cache, three
# ASIDs, a busy adversary.
HOST_STRICT := -DCONFIG_DEBUG=0 -DCONFIG_ASID_BITS=2 -DMODEL_STRICT=1
HOST_STRICT_TESTS := $(filter test_pgtable test_tlb test_kmap test_context \
	$(HOST_MM_TESTS),$(HOST_TESTS))

# ---- newlib's trees and queues -----------------------------------------------
#
# The kernel takes <sys/tree.h> and <sys/queue.h> from newlib; glibc has no
# tree.h and its queue.h lacks the _SAFE loops. The compiler knows where they
# are.

HOST_NEWLIB := $(HOST)/include/sys/tree.h $(HOST)/include/sys/queue.h

$(HOST_NEWLIB): $(HOST)/include/sys/%.h:
	@mkdir -p $(@D)
	@file=$$(echo '#include <sys/$*.h>' | $(HOST_CROSS_CC) -M -x c - | \
		tr -s ' \\' '\n\n' | grep '/sys/$*\.h$$'); \
	test -n "$$file" || { echo "no newlib sys/$*.h for $(HOST_CROSS_CC)"; \
		exit 1; }; \
	sed 's/\b__unused\b/__attribute__((__unused__))/g' "$$file" > $@

# ---- rules -----------------------------------------------------------------------

# Kernel data goes into sections of its own, which host_ram.c puts back as they
# were between tests.
HOST_SECTIONS := --set-section-flags .bss=alloc,load,contents,data \
	--rename-section .data=kdata --rename-section .bss=kbss

# $(call host_variant,name,suffix,options)
define host_variant
$(HOST)/$(1)/%.o: %.c $(HOST_NEWLIB) tests/host/host.mk
	$$(if $$(V),,@echo '  HOSTCC  $$<')
	@mkdir -p $$(@D)
	$$(if $$(V),,@)$$(HOST_CC) $(HOST_CPPFLAGS) $(3) \
		$$(HOST_CFLAGS) -MMD -MP -c -o $$@ $$<
	$$(if $$(V),,@)$$(if $$(filter tests/%,$$<),,\
		$(HOST_OBJCOPY) $(HOST_SECTIONS) $$@)

$(foreach f,$(HOST_FOLDERS),$(call host_library,$(1),$(f)))
$(foreach m,$(HOST_MODELS),\
	$(call host_archive,$(1),$(m),$(call host_model_sources,$(m))))
endef

# $(call host_library,variant,folder)
host_library = $(call host_archive,$(1),$(2),$(call host_sources,$(2)))
# $(call host_archive,variant,name,sources)
define host_archive

host_members_$(1)_$(2) := $(patsubst %.c,$(HOST)/$(1)/%.o,$(3))
$(call record,$(HOST)/$(1)/lib$(2).members,host_members_$(1)_$(2))

$(HOST)/$(1)/lib$(2).a: $(patsubst %.c,$(HOST)/$(1)/%.o,$(3)) \
		$(HOST)/$(1)/lib$(2).members
	@mkdir -p $$(@D)
	@rm -f $$@
	@$(HOST_AR) rcs $$@ $$(filter %.o,$$^)

endef

# The folders need each other in both directions: one group for the linker.
# $(call host_program,variant,suffix,test)
define host_program
$(HOST)/$(3)$(2): $(HOST)/$(1)/tests/host/$(3).o \
		$(patsubst %.c,$(HOST)/$(1)/%.o,$(HOST_ALWAYS)) \
		$(foreach l,$(call host_libs,$(3)),$(HOST)/$(1)/lib$(l).a)
	$$(if $$(V),,@echo '  HOSTLD  $$@')
	$$(if $$(V),,@)$(HOST_CC) $$(HOST_CFLAGS) -no-pie -o $$@ \
		-Wl,--start-group $$^ -Wl,--end-group -lcmocka
endef

# It has addresses of 32 bits for pointers; the model runs its boot_mmu_on.
$(HOST)/%/mmu/boot_map.o: HOST_CFLAGS += -Wno-int-to-pointer-cast \
	-Wno-pointer-to-int-cast

$(eval $(call host_variant,plain,,-DCONFIG_DEBUG=0))
$(eval $(call host_variant,debug,-debug,-DCONFIG_DEBUG=1))
$(eval $(call host_variant,strict,-strict,$(HOST_STRICT)))
$(foreach t,$(HOST_TESTS),$(eval $(call host_program,plain,,$(t))))
$(foreach t,$(HOST_DEBUG_TESTS),$(eval $(call host_program,debug,-debug,$(t))))

$(foreach t,$(HOST_STRICT_TESTS),$(eval $(call host_program,strict,-strict,$(t))))

# How much of the kernel the host's tests reach: each folder's lines.
$(HOST)/coverage/%.o: HOST_CFLAGS += --coverage
$(HOST)/%-coverage: HOST_CFLAGS += --coverage -Wl,-u,__gcov_dump,-u,__gcov_reset
$(eval $(call host_variant,coverage,-coverage,-DCONFIG_DEBUG=0))
$(foreach t,$(HOST_TESTS),$(eval $(call host_program,coverage,-coverage,$(t))))
.PHONY: coverage
coverage: $(HOST_TESTS:%=$(HOST)/%-coverage)
	@find $(HOST)/coverage -name '*.gcda' -delete
	@CMOCKA_MESSAGE_OUTPUT=TAP $(PROVE) $^
	@python3 tests/host/coverage.py $(HOST)/coverage

include tests/fuzz/host_fuzz.mk

-include $(wildcard $(HOST)/*/*/*.d $(HOST)/*/*/*/*.d)

HOST_PROGRAMS := $(HOST_TESTS:%=$(HOST)/%) $(HOST_DEBUG_TESTS:%=$(HOST)/%-debug) \
	$(HOST_STRICT_TESTS:%=$(HOST)/%-strict)

CHECK_TESTS += $(HOST_PROGRAMS) tests/host/model.t
tests/host/model.t: $(HOST_STRICT_TESTS:%=$(HOST)/%) \
	$(HOST_STRICT_TESTS:%=$(HOST)/%-strict)

# Hours of random calls in minutes: SOAK operations in all, by five seeds.
SOAK ?= 10000000
SOAK_SEEDS := 101 102 103 104 105
.PHONY: soak-host
soak-host: $(HOST)/test_mm_random
	@for seed in $(SOAK_SEEDS); do \
		HOST_SEED=$$seed HOST_STEPS=$$(($(SOAK) / 5)) $< || exit 1; \
	done

.PHONY: host-tests host-check
host-tests: $(HOST_PROGRAMS)
host-check: host-tests
	$(PROVE) -j2 $(HOST_PROGRAMS)
