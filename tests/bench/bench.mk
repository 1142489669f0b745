# bench.mk - what operations cost: `make bench`.

BENCH_OUT := $(USER_OUT)/bench

$(OUT)/obj/tests/bench/%.c.o: tests/bench/%.c $(OUT)/options user/user.mk
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) -MMD -MP -c -o $@ $<

$(BENCH_OUT)/bench: $(OUT)/obj/tests/bench/bench.c.o $(user_lib_objects)
	$(call user_link,$(filter %.o,$^),$@)

-include $(OUT)/obj/tests/bench/bench.c.d

$(OUT)/bench-initramfs.cpio: $(BENCH_OUT)/bench tools/mkcpio.py
	$(call say,CPIO,$@)
	$(Q)$(PYTHON) tools/mkcpio.py $@ bin dev proc tmp bench \
		bench/bench=$(BENCH_OUT)/bench

.PHONY: bench
bench: $(OUT)/pagewalk.bin $(OUT)/bench-initramfs.cpio
	$(Q)BOARD=$(BOARD) $(PYTHON) tests/bench/bench.py
