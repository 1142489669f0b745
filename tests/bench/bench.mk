# bench.mk - what operations cost: `make bench`, and why: `make profile`.
#
# Two programs: bench, an ordinary one, and pagewalk-bench, a kernel whose
# process 1 measures its own memory.

BENCH_OUT := $(USER_OUT)/bench
bench_objects := $(call to_obj,$(wildcard tests/bench/*.c))

$(bench_objects): $(OUT)/obj/%.c.o: %.c $(OUT)/options user/user.mk
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) -marm -MMD -MP -c -o $@ $<

$(BENCH_OUT)/bench: $(bench_objects) $(user_lib_objects)
	$(call user_link,$(filter %.o,$^),$@)

-include $(bench_objects:.o=.d)

kbench_objects := $(filter-out %/startup/kernel_init.c.o,$(kernel_objects)) \
	$(call to_obj,$(wildcard tests/bench/kernel/*.c))

-include $(kbench_objects:.o=.d)

$(eval $(call record,$(OUT)/kbench-objects,kbench_objects))
$(OUT)/pagewalk-bench.first.elf $(OUT)/pagewalk-bench.elf: \
	objects = $(kbench_objects)
$(OUT)/pagewalk-bench.first.elf: $(kbench_objects) $(OUT)/kernel.lds \
		$(OUT)/kbench-objects
	$(call link,$(objects),$@)

$(OUT)/bench-initramfs.cpio: $(BENCH_OUT)/bench tools/mkcpio.py
	$(call say,CPIO,$@)
	$(Q)$(PYTHON) tools/mkcpio.py $@ bin dev proc tmp bench \
		bench/bench=$(BENCH_OUT)/bench

tests/bench/bench.t tests/bench/bench.py tests/bench/profile.py: \
	$(OUT)/pagewalk.bin $(OUT)/pagewalk-bench.bin \
	$(OUT)/bench-initramfs.cpio
tests/bench/bench.py tests/bench/profile.py: $(OUT)/count.so

# DOC=1 writes the figures to docs/figures/ too, and from there into the tables of
# docs/performance.md.
to_file = $(if $(DOC),--doc)
.PHONY: bench
bench: tests/bench/bench.py
	$(Q)BOARD=$(BOARD) $(PYTHON) tests/bench/bench.py $(to_file) $(BENCH)

# Plugins of QEMU: what counts instructions, waits and stacks.
$(OUT)/%.so: tests/bench/plugin/%.c
	$(call say,HOSTCC,$<)
	$(Q)gcc -shared -fPIC -O2 -Wall -Wextra -Itests/hw -o $@ $<
$(OUT)/a9.so: $(addprefix tests/hw/,plugin.h ram.h registers.h tlb.h)
$(OUT)/a9.so $(OUT)/count.so: tests/bench/plugin/marks.h

# Which functions of the kernel an operation spends its instructions in:
# `make profile`, or `make profile BENCH=faults` for one group.
.PHONY: profile
profile: tests/bench/profile.py
	$(Q)BOARD=$(BOARD) NM=$(NM) $(PYTHON) tests/bench/profile.py $(to_file) $(BENCH)

CHECK_TESTS += tests/bench/bench.t

# What they may take on a Cortex-A9, by a model: `make cycles`, or for one group by
# BENCH=. The same on Linux, Debian's or that of LINUX= and DTB=: `make cycles-linux`.
tests/bench/cycles.py tests/bench/cycles.t: $(OUT)/a9.so $(OUT)/pagewalk.bin \
	$(OUT)/bench-initramfs.cpio $(OUT)/test-initramfs.cpio

cycles_linux := $(LINUX) $(or $(DTB),$(DEBIAN_DTB))
.PHONY: cycles cycles-linux
cycles: tests/bench/cycles.py $(HW_QEMU)
	$(Q)BOARD=$(BOARD) NM=$(NM) $(PYTHON) tests/bench/cycles.py \
		$(to_file) $(BENCH)
cycles-linux: tests/bench/cycles.py $(HW_QEMU) \
		$(if $(filter cycles-linux,$(MAKECMDGOALS)),$(cycles_linux))
	$(Q)BOARD=$(BOARD) NM=$(NM) $(PYTHON) tests/bench/cycles.py \
		--linux $(cycles_linux) $(to_file) $(BENCH)

CHECK_TESTS += tests/bench/cycles.t

# How long programs can make the others wait: `make latency`, or
# `make latency LATENCY=fork` for one program of tests/user.
tests/bench/latency.py tests/system/latency.t: $(OUT)/latency.so \
	$(OUT)/pagewalk.elf $(OUT)/pagewalk.bin $(OUT)/test-initramfs.cpio

.PHONY: latency
latency: tests/bench/latency.py
	$(Q)BOARD=$(BOARD) $(PYTHON) tests/bench/latency.py $(to_file) $(LATENCY)

# How deep the kernel's stacks get: `make stacks`, or `make stacks STACKS=oom`.
tests/bench/stacks.py tests/system/stacks.t: $(OUT)/stack.so \
	$(OUT)/pagewalk.elf $(OUT)/pagewalk.bin $(OUT)/test-initramfs.cpio

.PHONY: stacks
stacks: tests/bench/stacks.py
	$(Q)BOARD=$(BOARD) $(PYTHON) tests/bench/stacks.py $(to_file) $(STACKS)
