# system.mk - whole boots, in the emulator.

CHECK_DEPS += $(OUT)/pagewalk.elf $(OUT)/pagewalk.bin $(OUT)/nor.bin \
	      $(OUT)/initramfs.cpio $(OUT)/test-initramfs.cpio
CHECK_TESTS += $(wildcard tests/system/*.t)
