# user-tests.mk - the programs of this folder, and what runs them.
#
# Each NAME.c becomes /test/NAME of a second archive, which holds our programs
# too, and is run on Pagewalk and under qemu-arm by the .t here.

USER_TEST_OUT := $(USER_OUT)/test
user_test_helpers := tests/user/check.c
user_test_sources := $(filter-out $(user_test_helpers),\
			$(wildcard tests/user/*.c))
user_tests := $(patsubst tests/user/%.c,$(USER_TEST_OUT)/%,$(user_test_sources))
user_test_lib := $(call user_obj,$(user_test_helpers)) $(user_lib_objects)

$(USER_OUT)/obj/tests/user/%.c.o: tests/user/%.c $(USER_OUT)/options user/user.mk
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) -MMD -MP -c -o $@ $<

$(USER_TEST_OUT)/%: $(USER_OUT)/obj/tests/user/%.c.o $(user_test_lib)
	$(call user_link,$(filter %.o,$^),$@)

.PHONY: user-tests
user-tests: $(user_tests)

-include $(addprefix $(USER_OUT)/obj/,$(user_test_sources:.c=.c.d) \
	 $(user_test_helpers:.c=.c.d))

test_members = $(initramfs_members) test \
	$(foreach p,$(user_tests),test/$(notdir $(p))=$(p))
$(eval $(call record,$(OUT)/test-initramfs-members,test_members))
$(OUT)/test-initramfs.cpio: $(user_programs) $(user_tests) tools/mkcpio.py \
		$(OUT)/test-initramfs-members
	$(call say,CPIO,$@)
	$(Q)$(PYTHON) tools/mkcpio.py $@ $(test_members)

CHECK_TESTS += tests/user/programs.t
tests/user/programs.t tests/user/oracle.py: $(OUT)/pagewalk.bin \
	$(OUT)/test-initramfs.cpio
tests/user/programs.t: $(OUT)/nopan/pagewalk.bin

# Linux itself: the programs on it, against what is demanded of Pagewalk. Debian's
# kernel is fetched, unless LINUX and DTB name another. ORACLE='mmap brk': some.
LINUX ?= $(DEBIAN_LINUX)
oracle_linux := $(LINUX) $(or $(DTB),$(DEBIAN_DTB))
.PHONY: oracle
oracle: tests/user/oracle.py $(if $(filter oracle,$(MAKECMDGOALS)),$(oracle_linux))
	@$(PYTHON) tests/user/oracle.py $(oracle_linux) $(ORACLE)
