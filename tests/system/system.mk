# system.mk - whole boots, in the emulator.

system_tests := $(wildcard tests/system/*.t)
CHECK_TESTS += $(system_tests)
# The others look at sources.
$(filter-out %/docs.t %/figures.t %/lint.t,$(system_tests)): \
	$(OUT)/pagewalk.elf $(OUT)/pagewalk.bin $(OUT)/initramfs.cpio \
	$(OUT)/test-initramfs.cpio
tests/system/core.t: $(OUT)/pagewalk-core.bin $(OUT)/pagewalk.elf \
	$(service_names:%=$(OUT)/pagewalk-without-%.bin)
tests/system/explain.t: $(HOST)/explain
tests/system/gdb.t tests/system/outputs.t docs: $(OUT)/nopan/pagewalk.bin $(HOST)/explain
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

# U-Boot for vexpress-a9, of Debian's sources, built once: for uboot.t. Nothing of
# our make reaches its own.
UBOOT := build/cache/u-boot
.PHONY: u-boot setup-u-boot
setup-u-boot:
	@PACKAGES='dpkg-dev bison flex bc libssl-dev' sh tools/setup.sh
u-boot: $(UBOOT)/u-boot
$(UBOOT)/u-boot: $(debian_fetch)
	$(call say,FETCH,$(UBOOT)/source)
	$(Q)$(PYTHON) $(debian_fetch) u-boot $(UBOOT)
	$(call say,MAKE,$@)
	$(Q)for goal in vexpress_ca9x4_defconfig u-boot; do \
		env -i PATH="$$PATH" make -s -j2 -C $(UBOOT)/source \
			CROSS_COMPILE=$(CROSS_COMPILE) $$goal || exit 1; done
	$(Q)cp $(UBOOT)/source/u-boot $@
