# hw.mk - `make check-hw`: the kernel's instructions, against hardware.md's rules.
#
# A plugin (check.h) for a QEMU that lets plugins read registers. Debian's later
# build of it is fetched once, into build/debian/emulator; nothing is installed.

HW_QEMU := build/debian/emulator/usr/bin/qemu-system-arm
$(HW_QEMU): $(debian_fetch)
	$(call say,FETCH,$@)
	$(Q)$(PYTHON) $(debian_fetch) emulator build/debian/emulator
	$(Q)touch $@

$(OUT)/hw.so: $(wildcard tests/hw/*.c tests/hw/*.h)
	$(call say,HOSTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) -std=gnu11 $(WARNINGS) -Wno-conversion -O2 -shared -fPIC \
		-o $@ $(filter %.c,$^)

.PHONY: check-hw
check-hw: tests/hw/hw.t
	@$(PROVE) -v tests/hw/hw.t
tests/hw/hw.t: $(OUT)/pagewalk.bin $(OUT)/test-initramfs.cpio \
	$(OUT)/careless.bin $(OUT)/hw.so $(OUT)/nopan/pagewalk.bin
