# system.mk - whole boots, in the emulator.

CHECK_DEPS += $(OUT)/pagewalk.elf $(OUT)/pagewalk.bin $(OUT)/nor.bin \
	      $(OUT)/initramfs.cpio $(OUT)/test-initramfs.cpio
CHECK_TESTS += $(wildcard tests/system/*.t)

# A loader that leaves everything wrong, for boots.t.
careless_l2_vexpress-a9 := -DL2_CONTROL=0x1e00a100
$(OUT)/careless.bin: tests/system/careless.S $(OUT)/options
	$(Q)$(CC) $(CPPFLAGS) $(ASFLAGS) $(careless_l2_$(BOARD)) -nostdlib \
		-Wl,-Ttext=0 -Wl,--build-id=none \
		-o $(OUT)/careless.elf $<
	$(Q)$(OBJCOPY) -O binary $(OUT)/careless.elf $@
CHECK_DEPS += $(OUT)/careless.bin
