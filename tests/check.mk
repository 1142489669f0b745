# check.mk - `make check`: all tests, or those that the words of T name.
#
# The fragments of the folders add test programs to CHECK_TESTS, and say what
# must be built before one runs as its prerequisites. So nothing runs after a
# build that failed, `make tests/system/shell.t` builds for a test run by hand,
# and tests/lib/fresh.py asks `make -q` whether somebody did.

# One more than there are cores: many a test waits for a boot's own sleeps.
check_jobs = $(shell echo $$(($$(nproc) + 1)))
# Those that take longest begin first, in this order, so that none runs alone at
# the end.
LONG_TESTS := tests/system/virt.t tests/system/debug.t tests/user/programs.t \
	tests/host/model.t

ifeq ($(strip $(T)),)
chosen_tests := $(CHECK_TESTS)
else
user_names := $(shell BUILT_BY_MAKE=yes $(PYTHON) tests/lib/user_programs.py)
# What a debug build alone has or sees is no test of other builds.
ifeq ($(DEBUG),0)
KTESTS := /^\#if CONFIG_DEBUG/,/^\#endif/d; s/^KTEST(_DIES)?
else
KTESTS := s/^KTEST(_DIES|_DEBUG_DIES)?
endif
ktests_in = $(if $(1),$(shell sed -nE '$(KTESTS)[^A-Z_](\w+).*/\2/p' $(1)))
target_names := $(call ktests_in,$(wildcard tests/target/*.c))

# What one word may name. A file of tests/target stands for the tests in it, a
# program that is not run by itself for the tests that boot it.
named_files = $(filter $(1) %/$(1) %/$(1).t %/$(1)-debug %/$(1)-strict,\
	$(CHECK_TESTS))
named_programs = $(filter $(1),$(user_names))
named_ktests = $(filter $(1),$(target_names)) \
	$(call ktests_in,$(wildcard tests/target/$(1).c))
named_boots = $(if $(filter $(1),$(filter-out $(user_names),\
	$(notdir $(basename $(user_test_sources))))),\
	$(shell grep -lE '/test/(rounds )?$(1)\>' $(filter %.t,$(CHECK_TESTS))))
named = $(strip $(foreach what,files programs ktests boots,\
	$(call named_$(what),$(1))))

unknown_words := $(strip $(foreach word,$(T),\
	$(if $(call named,$(word)),,'$(word)')))
all_of = $(sort $(foreach word,$(T),$(call named_$(1),$(word))))
test_programs := $(call all_of,programs)
test_ktests := $(call all_of,ktests)
chosen_tests := $(sort $(call all_of,files) $(call all_of,boots) \
	$(if $(test_programs),tests/user/programs.t) \
	$(if $(test_ktests),tests/target/target.t))
# If the whole of a file is asked for too, the whole is run.
whole := $(call all_of,files) $(call all_of,boots)
test_programs := $(if $(filter tests/user/programs.t,$(whole)),,$(test_programs))
test_ktests := $(if $(filter tests/target/target.t,$(whole)),,$(test_ktests))
endif

.PHONY: check
ifeq ($(unknown_words),)
check: $(if $(strip $(T)),,all) $(chosen_tests)
	@TEST_PROGRAMS='$(test_programs)' TEST_KTESTS='$(test_ktests)' \
		CMOCKA_MESSAGE_OUTPUT=TAP $(PROVE) -j$(check_jobs) \
		$(filter $(chosen_tests),$(LONG_TESTS)) \
		$(filter-out $(LONG_TESTS),$(chosen_tests))
else
# $(call listed,title,names)
listed = echo '$(1):'; echo '$(sort $(2))' | fmt -w 76 | sed 's/^/  /'
check:
	@{ $(call listed,programs of tests/user,$(user_names)); \
	$(call listed,tests of the host (each also as NAME-debug; some NAME-strict),\
		$(HOST_TESTS)); \
	$(call listed,tests inside the kernel,$(target_names)); \
	$(call listed,other test files,\
		$(notdir $(basename $(filter %.t,$(CHECK_TESTS))))); \
	echo "make check: no test is called $(unknown_words); see the names above"; \
	} >&2; exit 2
endif

# What finds more in more time. Each is also a target of its own.
#
# Seeds and steps beyond those of `make check`: random work of whole boots,
# failing allocations, adversaries of the MMU model.
MORE_TESTS := tests/system/stress.t tests/system/sweep.t tests/host/model.t
.PHONY: seeds check-all
seeds: $(MORE_TESTS)
	@STRESS_SEEDS='2 3 4 5' SWEEP_STEPS=400 MODEL_SEEDS='5 6 7 8 9 10' \
		$(PROVE) -j$(shell nproc) $(MORE_TESTS)

# One after the other, the quick ones first; ends at the first that fails.
check-all:
	@VIRT_ALL=1 DEBUG_ALL=1 NOPAN_ALL=1 BOARDS_ALL=1 LABS_ALL=1 $(MAKE) check T=
	@$(MAKE) seeds
	@$(MAKE) runtimes
	@$(MAKE) soak MINUTES=1
	@$(MAKE) fuzz-builds
	@$(MAKE) check-hw
	@$(MAKE) mutants
	@$(MAKE) fuzz-proof
	@echo 'make check-all: check, seeds, runtimes, soak, fuzz-builds,' \
		'check-hw, mutants and' \
		'fuzz-proof have all passed'
