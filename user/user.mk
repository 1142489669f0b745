# user.mk - the programs and the archive that holds them.
#
# Every user/bin/NAME.c becomes /bin/NAME of the archive. Programs are static
# ELFs over Debian's unchanged Newlib: nano where printf needs no %f (all).
# They see include/uapi and user/lib, nothing else of the kernel.

# The same for every board: USER_OUT= on the command line shares those of one.
USER_OUT := $(OUT)/user
USER_ABI := -mcpu=cortex-a9 -mfpu=neon -mfloat-abi=softfp
# -idirafter: <uapi/...> is found, but <sched.h> stays Newlib's.
USER_CFLAGS := $(USER_ABI) -std=gnu11 -O2 -g -ffunction-sections \
	       -fdata-sections -fno-common $(REPRODUCIBLE) $(WARNINGS) \
	       -Iuser/lib -idirafter include
# 0x10100: text begins behind the ELF headers, which are thereby loaded too and
# can be found by AT_PHDR.
USER_LDFLAGS := $(USER_ABI) --specs=nano.specs -nostartfiles -Wl,--gc-sections \
		-Wl,--build-id=none -Wl,-Ttext=0x10100 \
		-Wl,-z,max-page-size=4096 -Wl,-z,noexecstack

user_lib_sources := $(wildcard user/lib/*.c user/lib/*.S)
user_bin_sources := $(wildcard user/bin/*.c)
user_obj = $(addprefix $(USER_OUT)/obj/,$(addsuffix .o,$(1)))
user_lib_objects := $(call user_obj,$(user_lib_sources))
user_programs := $(patsubst user/bin/%.c,$(USER_OUT)/bin/%,$(user_bin_sources))

user_options := $(CC) $(filter-out -Werror,$(USER_CFLAGS))
$(eval $(call record,$(USER_OUT)/options,user_options))

# Longer stems win in GNU make: these rules come before the kernel's.
$(USER_OUT)/obj/user/%.c.o: user/%.c $(USER_OUT)/options user/user.mk
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) -MMD -MP -c -o $@ $<

$(USER_OUT)/obj/user/%.S.o: user/%.S $(USER_OUT)/options user/user.mk
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_ABI) -g $(REPRODUCIBLE) -MMD -MP -c -o $@ $<

# $(call user_link,objects,output,options): all symbols go beside it into .debug.
# Without options of objcopy's the program has none.
define user_link
	$(call say,USER,$(2))
	@mkdir -p $(dir $(2))
	$(Q)$(CC) $(USER_LDFLAGS) -o $(2).debug $(1)
	$(Q)$(OBJCOPY) $(or $(3),--strip-all) $(2).debug $(2)
endef

# What the archive has keeps the names of its functions and objects, so that
# `walk PID main` finds them: some 5 KiB each.
KEEP_SYMBOLS := --strip-debug -w -N '$$*'

$(USER_OUT)/bin/%: $(USER_OUT)/obj/user/bin/%.c.o $(user_lib_objects)
	$(call user_link,$(filter %.o,$^),$@,$(KEEP_SYMBOLS))

$(USER_OUT)/bin/lazy: $(USER_OUT)/obj/user/bin/lazy_data.S.o

# One's own programs, own/NAME.c beside user/: with the compiler's defaults, and
# warnings that stop nothing.
own_sources := $(wildcard own/*.c)
own_programs := $(patsubst own/%.c,$(USER_OUT)/own/%,$(own_sources))
$(USER_OUT)/obj/own/%.c.o: own/%.c $(USER_OUT)/options user/user.mk
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_ABI) -O2 -g -Wall -Iuser/lib -idirafter include \
		-MMD -MP -c -o $@ $<
$(USER_OUT)/own/%: $(USER_OUT)/obj/own/%.c.o $(user_lib_objects)
	$(call user_link,$(filter %.o,$^),$@,$(KEEP_SYMBOLS))
user_programs += $(own_programs)
-include $(own_sources:%.c=$(USER_OUT)/obj/%.c.d)

.PHONY: user
user: $(user_programs)

-include $(user_lib_objects:.o=.d) \
	 $(addprefix $(USER_OUT)/obj/,$(user_bin_sources:.c=.c.d))

# The root of every boot without an -initrd of one's own. A member without
# "=file" is a directory.
initramfs_members = bin dev proc etc tmp etc/motd=user/etc/motd \
	etc/help=user/etc/help \
	$(foreach p,$(user_programs),bin/$(notdir $(p))=$(p))

$(eval $(call record,$(OUT)/initramfs-members,initramfs_members))
$(OUT)/initramfs.cpio: $(user_programs) user/etc/motd user/etc/help tools/mkcpio.py \
		$(OUT)/initramfs-members
	$(call say,CPIO,$@)
	$(Q)$(PYTHON) tools/mkcpio.py $@ $(initramfs_members)
