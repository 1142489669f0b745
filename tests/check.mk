# check.mk - `make check`: all tests, or those that the words of T name.
#
# The fragments of the folders add test programs to CHECK_TESTS, and say what
# must be built before one runs as its prerequisites. So nothing runs after a
# build that failed, `make tests/system/shell.t` builds for a test run by hand,
# and tests/lib/fresh.py asks `make -q` whether somebody did.

# Those that take minutes begin first, so that none of them runs alone at the end.
LONG_TESTS := tests/system/virt.t tests/system/debug.t

ifeq ($(strip $(T)),)
chosen_tests := $(CHECK_TESTS)
else
user_names := $(shell $(PYTHON) tests/lib/user_programs.py)
# What a debug build alone sees is no test of other builds.
KTESTS := KTEST|KTEST_DIES$(if $(filter-out 0,$(DEBUG)),|KTEST_DEBUG_DIES)
ktests_in = $(if $(1),$(shell sed -nE 's/^($(KTESTS))[^A-Z_](\w+).*/\2/p' $(1)))
target_names := $(call ktests_in,$(wildcard tests/target/*.c))

# What one word may name. A file of tests/target stands for the tests in it, a
# program that is not run by itself for the tests that boot it.
named_files = $(filter $(1) %/$(1) %/$(1).t %/$(1)-debug %/$(1)-strict,$(CHECK_TESTS))
named_programs = $(filter $(1),$(user_names))
named_ktests = $(filter $(1),$(target_names)) \
	$(call ktests_in,$(wildcard tests/target/$(1).c))
named_boots = $(if $(filter $(1),$(filter-out $(user_names),\
	$(notdir $(basename $(user_test_sources))))),\
	$(shell grep -lE '/test/(rounds )?$(1)\>' $(filter %.t,$(CHECK_TESTS))))
named = $(strip $(foreach what,files programs ktests boots,$(call named_$(what),$(1))))

unknown_words := $(strip $(foreach word,$(T),$(if $(call named,$(word)),,'$(word)')))
all_of = $(sort $(foreach word,$(T),$(call named_$(1),$(word))))
test_programs := $(call all_of,programs)
test_ktests := $(call all_of,ktests)
chosen_tests := $(sort $(call all_of,files) $(call all_of,boots) \
	$(if $(test_programs),tests/user/programs.t) \
	$(if $(test_ktests),tests/target/target.t))
# Who asks for the whole of a file gets the whole.
whole := $(call all_of,files) $(call all_of,boots)
test_programs := $(if $(filter tests/user/programs.t,$(whole)),,$(test_programs))
test_ktests := $(if $(filter tests/target/target.t,$(whole)),,$(test_ktests))
endif

.PHONY: check
ifeq ($(unknown_words),)
check: $(if $(strip $(T)),,all) $(chosen_tests)
	@TEST_PROGRAMS='$(test_programs)' TEST_KTESTS='$(test_ktests)' \
		CMOCKA_MESSAGE_OUTPUT=TAP $(PROVE) -j$(shell nproc) \
		$(filter $(LONG_TESTS),$(chosen_tests)) \
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
