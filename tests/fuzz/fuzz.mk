# fuzz.mk - the fuzzer: `make fuzz`, `make fuzz-proof`, and their program.

# host_*.c are for the fuzzing of parsers on the host.
fuzz_sources := $(filter-out tests/fuzz/host_%,$(wildcard tests/fuzz/*.c))
fuzz_objects := $(call to_obj,$(fuzz_sources))

# The calls are those of the kernel's own headers.
$(OUT)/fuzz/fuzz_calls.h: tests/fuzz/calls.py $(wildcard include/*.h \
		include/uapi/unistd.h services/*/*.h inspect/*.h trap/*.h)
	@mkdir -p $(@D)
	$(Q)$(PYTHON) $< > $@
$(OUT)/obj/tests/fuzz/generate.c.o: $(OUT)/fuzz/fuzz_calls.h
$(OUT)/obj/tests/fuzz/%.c.o: tests/fuzz/%.c $(OUT)/options user/user.mk
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) -I$(OUT)/fuzz -MMD -MP -c -o $@ $<
-include $(addprefix $(OUT)/obj/,$(fuzz_sources:.c=.c.d))

$(OUT)/fuzz/fuzz: $(fuzz_objects) $(user_lib_objects)
	$(call user_link,$(filter %.o,$^),$@)

tests/system/fuzz.t: $(OUT)/fuzz/fuzz

# SEED=7 ROUNDS=1000: others. What fails is reduced to a short list of calls.
SEED ?= 1
ROUNDS ?= 256
FUZZ_FAILING := fail_alloc=any,2000,1,499
.PHONY: fuzz fuzz-builds fuzz-proof
fuzz: $(OUT)/pagewalk.bin $(OUT)/fuzz/fuzz
	@$(PYTHON) tests/fuzz/fuzz.py --seed $(SEED) --rounds $(ROUNDS)

# The builds that see more, and failing allocations.
fuzz-builds: fuzz
	@$(PYTHON) tests/fuzz/fuzz.py --seed $(SEED) --rounds $(ROUNDS) \
		--options '$(FUZZ_FAILING)'
	@for option in DEBUG=1 ASID_BITS=2; do \
		out=build/fuzz-$$(echo $$option | tr -d =); \
		$(MAKE) OUT=$$out $$option $$out/pagewalk.bin $$out/fuzz/fuzz && \
		$(PYTHON) tests/fuzz/fuzz.py --seed $(SEED) --rounds $(ROUNDS) \
			--out $$out || exit 1; \
	done

# Known bugs, seeded one by one: is each found?
fuzz-proof:
	@$(PYTHON) tests/fuzz/fuzz.py --proof $(foreach m,$(MUTANTS),'$(m)')
