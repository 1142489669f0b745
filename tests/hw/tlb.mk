# tlb.mk - `make tlb CMD=faults`: what is in the TLB while a command runs.
#
# A plugin (tools/tlb/follow.c) for the emulator of `make check-hw`. ENTRIES=, WAYS=:
# another TLB than a Cortex-A9's, ENTRIES=0: one without limit. AT=: when to look
# what is in it. MUTANT=: of a kernel with one of the bugs at the end.

$(OUT)/tlb.so: tools/tlb/follow.c $(addprefix tests/hw/,lost.h plugin.h ram.h \
	registers.h tlb.h)
	$(call say,HOSTCC,$<)
	@mkdir -p $(@D)
	$(Q)gcc -std=gnu11 -shared -fPIC -O2 -Wall -Wextra -Itests/hw -o $@ $<

.PHONY: tlb
tlb: all $(OUT)/tlb.so $(if $(wildcard $(HW_QEMU)),,$(HW_QEMU)) \
		$(MUTANT:%=$(OUT)/mutant/%.bin)
	@NM=$(NM) GDB=$(GDB) MUTANT=$(MUTANT) $(PYTHON) tools/tlb/tlb.py $(CMD)

# Kernels with one flush taken out, for its test: what it must find. What a mutant
# no longer uses is no reason to refuse it.
# $(call mutant_image,name in tests/mutants,source)
define mutant_image
$(OUT)/mutant/$(1).c: $(2) $(wildcard tests/mutants/*.mutants) \
		tests/mutants/seeded.py tests/mutants/table.py
	@mkdir -p $$(@D)
	$$(Q)$$(PYTHON) tests/mutants/seeded.py $(1) > $$@
$(OUT)/mutant/$(1).o: $(OUT)/mutant/$(1).c $(OUT)/options
	$$(Q)$$(CC) $$(CPPFLAGS) -iquote $(dir $(2)) $$(CFLAGS) \
		-Wno-unused-parameter -c -o $$@ $$<
$(OUT)/mutant/$(1).first.elf $(OUT)/mutant/$(1).elf: objects = \
	$(OUT)/mutant/$(1).o $(filter-out $(OUT)/obj/$(2).o,$(kernel_objects))
$(OUT)/mutant/$(1).first.elf: $(OUT)/mutant/$(1).o $(kernel_objects) \
		$(OUT)/kernel.lds
	$$(call link,$$(objects),$$@)
tlb_images += $(OUT)/mutant/$(1).bin
endef
$(eval $(call mutant_image,fork-no-flush,mm/fork.c))
$(eval $(call mutant_image,gather-no-flush,mm/mmu_gather.c))
$(eval $(call mutant_image,mprotect-no-flush,mm/mprotect.c))
$(eval $(call mutant_image,access-flags-no-flush,mmu/pgtable.c))
$(eval $(call mutant_image,rollover-no-flush,mmu/context.c))
# Without the emulator the test is left out, and documents stay as they are.
tests/system/tlb.t tests/system/outputs.t docs: \
	$(if $(wildcard $(HW_QEMU)),$(OUT)/tlb.so $(tlb_images))
