# bench.mk - what operations cost: `make bench`, and why: `make profile`.

BENCH_OUT := $(USER_OUT)/bench
bench_objects := $(call to_obj,$(wildcard tests/bench/*.c))

$(OUT)/obj/tests/bench/%.c.o: tests/bench/%.c $(OUT)/options user/user.mk
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) -marm -MMD -MP -c -o $@ $<

$(BENCH_OUT)/bench: $(bench_objects) $(user_lib_objects)
	$(call user_link,$(filter %.o,$^),$@)

-include $(bench_objects:.o=.d)

$(OUT)/bench-initramfs.cpio: $(BENCH_OUT)/bench tools/mkcpio.py
	$(call say,CPIO,$@)
	$(Q)$(PYTHON) tools/mkcpio.py $@ bin dev proc tmp bench \
		bench/bench=$(BENCH_OUT)/bench

.PHONY: bench
bench: $(OUT)/pagewalk.bin $(OUT)/bench-initramfs.cpio $(OUT)/count.so
	$(Q)BOARD=$(BOARD) $(PYTHON) tests/bench/bench.py $(BENCH)

# Which functions of the kernel an operation spends its instructions in:
# `make profile`, or `make profile BENCH=faults` for one group.
$(OUT)/count.so: tests/bench/plugin/count.c
	$(call say,HOSTCC,$<)
	$(Q)gcc -shared -fPIC -O2 -Wall -Wextra -o $@ $<

.PHONY: profile
profile: $(OUT)/pagewalk.bin $(OUT)/bench-initramfs.cpio $(OUT)/count.so
	$(Q)BOARD=$(BOARD) NM=$(NM) $(PYTHON) tests/bench/profile.py $(BENCH)

CHECK_DEPS += $(OUT)/pagewalk.bin $(OUT)/bench-initramfs.cpio
CHECK_TESTS += tests/bench/bench.t
