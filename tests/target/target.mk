# target.mk - tests inside the kernel: an image of their own.
#
# The kernel's objects, but with this folder's kernel_init.c for startup's.

target_test_sources := $(wildcard tests/target/*.c tests/target/*.S)
target_test_objects := $(filter-out %/startup/kernel_init.c.o,$(kernel_objects)) \
	$(call to_obj,$(target_test_sources))

# Tests are registered in the order of their file.
$(call to_obj,$(filter %.c,$(target_test_sources))): \
	CFLAGS += -fno-toplevel-reorder

-include $(addsuffix .d,$(basename $(call to_obj,$(target_test_sources))))

$(eval $(call record,$(OUT)/target-test-objects,target_test_objects))
$(OUT)/pagewalk-tests.first.elf $(OUT)/pagewalk-tests.elf: \
	objects = $(target_test_objects)
$(OUT)/pagewalk-tests.first.elf: $(target_test_objects) $(OUT)/kernel.lds \
		$(OUT)/target-test-objects
	$(call link,$(objects),$@)

CHECK_TESTS += tests/target/target.t
tests/target/target.t: $(OUT)/pagewalk-tests.bin $(OUT)/initramfs.cpio
