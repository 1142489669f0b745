# nopan.mk - the images without software PAN, and the tests that run in them.
#
# QEMU empties its TLB at each write of DACR, which with software PAN is each
# entry to the kernel. Without (include/asm/domain.h) a missing flush shows. Only
# what asks for PAN, writes DACR or compares it is compiled again: the files that
# name these.

NOPAN := $(OUT)/nopan
nopan_sources := $(shell grep -lE \
	'\b(CONFIG_PAN\b|DACR_USER_|user_(open|close|restore)\b)' \
	$(kernel_sources) $(target_test_sources))
# The same objects, but for those: $(call nopan_of,objects)
nopan_objects := $(nopan_sources:%=$(NOPAN)/obj/%.o)
nopan_of = $(foreach o,$(1),$(or $(filter $(o:$(OUT)/%=$(NOPAN)/%),\
	$(nopan_objects)),$(o)))

$(nopan_objects): CPPFLAGS += -DCONFIG_PAN=0
$(filter %.c.o,$(nopan_objects)): $(NOPAN)/obj/%.c.o: %.c $(OUT)/options
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(filter %.S.o,$(nopan_objects)): $(NOPAN)/obj/%.S.o: %.S $(OUT)/options
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ASFLAGS) -MMD -MP -c -o $@ $<
-include $(nopan_objects:.o=.d)

# $(call nopan_image,name,objects)
define nopan_image
$(NOPAN)/$(1).first.elf $(NOPAN)/$(1).elf: objects = $$(call nopan_of,$(2))
$(NOPAN)/$(1).first.elf: $$(call nopan_of,$(2)) $(OUT)/kernel.lds
	$$(call link,$$(objects),$$@)
endef
$(eval $(call nopan_image,pagewalk,$$(kernel_objects)))
$(eval $(call nopan_image,pagewalk-tests,$$(target_test_objects)))

.PHONY: nopan
nopan: $(NOPAN)/pagewalk.bin $(NOPAN)/pagewalk-tests.bin
tests/system/nopan.t: $(NOPAN)/pagewalk.bin $(NOPAN)/pagewalk-tests.bin
