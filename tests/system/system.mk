# system.mk - whole boots, in the emulator.

system_tests := $(wildcard tests/system/*.t)
CHECK_TESTS += $(system_tests)
# The others look at sources, or build what they boot.
$(filter-out %/docs.t %/lint.t %/virt.t %/debug.t,$(system_tests)): \
	$(OUT)/pagewalk.elf $(OUT)/pagewalk.bin $(OUT)/initramfs.cpio \
	$(OUT)/test-initramfs.cpio
tests/system/core.t: $(OUT)/pagewalk-core.bin $(OUT)/pagewalk.elf \
	$(service_names:%=$(OUT)/pagewalk-without-%.bin)
tests/system/explain.t tests/system/outputs.t docs: $(HOST)/explain
tests/system/gdb.t: $(OUT)/nopan/pagewalk.bin $(HOST)/explain
tests/system/boots.t: $(OUT)/nor.bin
tests/system/boots.t tests/system/careless.t: $(OUT)/careless.bin

# Mixed load for MINUTES of the guest, after the host's random calls.
MINUTES ?= 30
SEED ?= 1
.PHONY: soak soak-load
soak: soak-host
	@$(MAKE) soak-load
soak-load: $(OUT)/pagewalk.bin $(OUT)/test-initramfs.cpio
	@$(PYTHON) tests/system/soak.py $(MINUTES) $(SEED)

# A loader that leaves everything wrong, for boots.t.
$(OUT)/careless.bin: tests/system/careless.S $(OUT)/options
	$(Q)$(CC) $(CPPFLAGS) $(ASFLAGS) -nostdlib \
		-Wl,-Ttext=0 -Wl,--build-id=none \
		-o $(OUT)/careless.elf $<
	$(Q)$(OBJCOPY) -O binary $(OUT)/careless.elf $@
