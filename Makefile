# Pagewalk: build, run, test. `make help` lists what can be made.
#
# Everything made goes to build/$(BOARD)/ (host tests: build/host/). A folder's
# sources, and those of its sub-folders, are found by wildcard: a new .c or .S
# file needs no line here. Boards choose their drivers in
# board/$(BOARD)/board.mk.

ifneq ($(filter setup,$(MAKECMDGOALS)),)
# `make setup run`: the other goals need what setup installs, even to be read.
# They are made afterwards, one by one, by a make of their own.
.NOTPARALLEL:
.PHONY: $(MAKECMDGOALS)
setup:
	@sh tools/setup.sh
$(filter-out setup,$(MAKECMDGOALS)): setup
	+@$(MAKE) --no-print-directory $@
else

BOARD ?= vexpress-a9
DEBUG ?= 0
ASID_BITS ?= 8

MAKEFLAGS += --no-builtin-rules --no-print-directory
ifeq ($(filter -j% --jobserver%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 1)
endif
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

CROSS_COMPILE ?= arm-none-eabi-
CC := $(CROSS_COMPILE)gcc
LD := $(CROSS_COMPILE)ld
OBJCOPY := $(CROSS_COMPILE)objcopy
NM := $(CROSS_COMPILE)nm
SIZE := $(CROSS_COMPILE)size
PYTHON ?= python3
PROVE ?= prove
GDB ?= gdb-multiarch
QEMU ?= qemu-system-arm
DTC ?= dtc

OUT := build/$(BOARD)
VERSION := 2.0

include tools/record.mk tools/warnings.mk

# V=1 shows commands whole; otherwise one short line each.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s%s\n' $(1) $(2))

# ---- the kernel -------------------------------------------------------------

# PHYS_OFFSET, BOARD_CPU, the first UART, QEMU_MACHINE, board-drivers.
include board/$(BOARD)/board.mk
board-dtb := $(patsubst %,$(OUT)/board.dtb,$(wildcard board/$(BOARD)/board.dts))
board-sources := $(wildcard board/$(BOARD)/*.[cS]) $(addprefix board/,\
	machine.c console.c irq.c tree.c tree_links.c earlycon.c \
	$(board-drivers))

# From low floors to high. services/ has one level of sub-folders; a folder that
# is not there has no sources.
FOLDERS := lib alloc board mmu run mm fs proc trap services inspect startup
plain_folders := $(filter-out board,$(FOLDERS))
folder_sources = $(filter-out %.lds.S,\
	$(wildcard $(addprefix $(1)/,*.c *.S */*.c */*.S)))
kernel_sources := $(filter-out startup/core.c,$(foreach f,$(plain_folders),\
			$(call folder_sources,$(f)))) \
		  $(board-sources)
to_obj = $(addprefix $(OUT)/obj/,$(addsuffix .o,$(1)))
kernel_objects := $(call to_obj,$(kernel_sources))

# The image depends on the sources alone: no dates, no path of this folder.
REPRODUCIBLE := -ffile-prefix-map=$(CURDIR)=. -fdebug-prefix-map=$(CURDIR)=. \
		-fno-record-gcc-switches
CPPFLAGS := -DPHYS_OFFSET=$(PHYS_OFFSET) -DEARLY_UART='<board/$(EARLY_UART).h>' \
	    -DUART_PA=$(UART_PA) -DUART_HZ=$(UART_HZ) -DUART_BAUD=$(UART_BAUD) \
	    -DTIMER_HZ=$(TIMER_HZ) $(L2C310_PA:%=-DL2C310_PA=%) \
	    -DCONFIG_DEBUG=$(DEBUG) \
	    -DCONFIG_ASID_BITS=$(ASID_BITS) -DPAGEWALK_VERSION='"$(VERSION)"' \
	    -Iinclude -I.
CFLAGS := -mcpu=$(BOARD_CPU) -marm -mfloat-abi=soft -std=gnu11 -O2 -g \
	  -ffreestanding -fno-common -ffunction-sections -fdata-sections \
	  -funwind-tables $(REPRODUCIBLE) $(WARNINGS)
ASFLAGS := -mcpu=$(BOARD_CPU) -marm -mfloat-abi=soft -g $(REPRODUCIBLE)
LDFLAGS := -mcpu=$(BOARD_CPU) -marm -mfloat-abi=soft --specs=nano.specs \
	   -nostartfiles -Wl,--gc-sections -Wl,--build-id=none \
	   -Wl,--fatal-warnings -Wl,-z,max-page-size=4096

# What runs before the MMU is on: no unaligned access (it faults on Device
# memory, and all memory is Device-like then), no call into the high half that
# the compiler invents (memset, memcpy), no unwind table, too far away to refer.
BEFORE_MMU := startup/boot startup/boot_archive startup/boot_core \
	startup/boot_old startup/boot_ram mmu/boot_map
before_mmu_objects := $(foreach o,$(OUT)/obj $(OUT)/nopan/obj,\
	$(BEFORE_MMU:%=$(o)/%.c.o))
$(before_mmu_objects): CFLAGS += \
	-mno-unaligned-access -fno-tree-loop-distribute-patterns \
	-fno-jump-tables -fno-stack-protector -fno-unwind-tables
# What a core that is too old must be able to run, to say so.
$(OUT)/obj/startup/boot_old.c.o $(OUT)/nopan/obj/startup/boot_old.c.o: CFLAGS += -mcpu=arm926ej-s

.PHONY: all
all: $(OUT)/pagewalk.elf $(OUT)/pagewalk.bin $(OUT)/initramfs.cpio $(board-dtb)

# Objects are made anew when the options change, images when a source goes.
options := $(CC) $(CPPFLAGS) $(filter-out -Werror,$(CFLAGS))
$(eval $(call record,$(OUT)/options,options))
$(eval $(call record,$(OUT)/kernel-objects,kernel_objects))

$(OUT)/obj/%.c.o: %.c $(OUT)/options Makefile
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/obj/%.S.o: %.S $(OUT)/options Makefile
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ASFLAGS) -MMD -MP -c -o $@ $<

-include $(kernel_objects:.o=.d)

# `make obj-mm` compiles one folder.
.PHONY: $(addprefix obj-,$(FOLDERS))
$(addprefix obj-,$(plain_folders)): obj-%:
$(foreach f,$(plain_folders),$(eval obj-$(f): \
	$(call to_obj,$(call folder_sources,$(f)))))
obj-board: $(call to_obj,$(board-sources))

# The archive inside the image, for boots without -initrd.
$(OUT)/obj/startup/initramfs.S.o: CPPFLAGS += -DINITRAMFS='"$(OUT)/initramfs.cpio"'
$(OUT)/obj/startup/initramfs.S.o: $(OUT)/initramfs.cpio

$(OUT)/kernel.lds: startup/kernel.lds.S $(OUT)/options
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -E -P -x assembler-with-cpp -MMD -MP -MT $@ \
		-MF $@.d -o $@ $<
-include $(OUT)/kernel.lds.d

# Linked twice: the symbol table for backtraces is made from the first link and
# lies behind all text, whose addresses it therefore does not move.
# $(call link,objects,output)
define link
	$(Q)$(CC) $(LDFLAGS) -T $(OUT)/kernel.lds -Wl,-Map=$(2).map -o $(2) $(1)
endef
$(OUT)/%.elf: $(OUT)/%.first.elf $(OUT)/%.kallsyms.o
	$(call say,LINK,$@)
	$(call link,$(objects) $(OUT)/$*.kallsyms.o,$@)
	$(Q)$(PYTHON) tools/kallsyms.py --check $(OUT)/$*.first.elf $@

$(OUT)/%.kallsyms.o: $(OUT)/%.first.elf tools/kallsyms.py
	$(Q)$(PYTHON) tools/kallsyms.py $< > $(OUT)/$*.kallsyms.S
	$(Q)$(CC) $(ASFLAGS) -c -o $@ $(OUT)/$*.kallsyms.S

$(OUT)/%.bin: $(OUT)/%.elf
	$(Q)$(OBJCOPY) -O binary $< $@

$(OUT)/pagewalk.first.elf $(OUT)/pagewalk.elf: objects = $(kernel_objects)
$(OUT)/pagewalk.first.elf: $(kernel_objects) $(OUT)/kernel.lds \
		$(OUT)/kernel-objects
	$(call link,$(objects),$@)

# The core alone: the same objects, but no service, and startup/core.c, which
# lists none, for services.c, and nobody who looks for devices in a device tree or
# moves a loader's archive out of the image's place.
# What it shows of itself are the windows of inspect/.
core_windows := $(addprefix inspect/,proc_context.c proc_maps.c proc_pagemap.c \
	proc_trace.c proc_walk.c procfs.c seq_file.c stack.c \
	trace.c unwind.c windows.c)
core_sources := startup/core.c board/no_tree.c $(core_windows) \
	$(filter-out services/% inspect/% startup/services.c \
	startup/boot_archive.c board/tree.c board/tree_links.c board/earlycon.c,$(kernel_sources))
core_objects := $(call to_obj,$(core_sources))
$(eval $(call record,$(OUT)/core.objects,core_objects))
-include $(OUT)/obj/startup/core.c.d $(OUT)/obj/board/no_tree.c.d \
	$(OUT)/obj/inspect/windows.c.d

$(OUT)/pagewalk-core.first.elf $(OUT)/pagewalk-core.elf: objects = $(core_objects)
$(OUT)/pagewalk-core.first.elf: $(core_objects) $(OUT)/core.objects \
		$(OUT)/kernel.lds
	$(call link,$(objects),$@)

.PHONY: core
core: $(OUT)/pagewalk-core.bin $(OUT)/initramfs.cpio
	@echo "$<: $$(wc -w < $(OUT)/core.objects) objects, no service"

# The whole with one service left out: without its lines in services.c nothing
# names it, and the linker drops it.
service_names := $(notdir $(patsubst %/,%,$(wildcard services/*/)))
without_sources := $(service_names:%=$(OUT)/without-%.c)
$(without_sources): $(OUT)/without-%.c: startup/services.c
	$(Q)sed -e '/&$*_service,/d' -e "/\t$$(echo $* | tr a-z A-Z)_CALLS,/d" $< > $@
$(without_sources:.c=.o): %.o: %.c $(OUT)/options
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
-include $(without_sources:.c=.d)
without_images := $(service_names:%=$(OUT)/pagewalk-without-%.elf)
$(without_images:.elf=.first.elf) $(without_images): objects = \
	$(OUT)/without-$(patsubst pagewalk-without-%.elf,%,$(subst \
	.first,,$(@F))).o $(filter-out %/startup/services.c.o,$(kernel_objects))
$(without_images:.elf=.first.elf): $(OUT)/pagewalk-without-%.first.elf: \
		$(OUT)/without-%.o $(kernel_objects) $(OUT)/kernel.lds
	$(call link,$(objects),$@)

# Flash as the core sees it at address 0: the same image, which copies itself
# to RAM. QEMU wants a pflash file of the whole 64 MiB; the rest is a hole.
$(OUT)/nor.bin: $(OUT)/pagewalk.bin
	$(Q)cp $< $@
	$(Q)truncate -s 64M $@
.PHONY: flash
flash: $(OUT)/nor.bin
	@echo "$<: $(QEMU) $(QEMU_MACHINE) -nographic -bios $<"

# For boards whose loader has nothing else to hand over: see board.mk.
$(OUT)/board.dtb: board/$(BOARD)/board.dts
	@mkdir -p $(@D)
	$(Q)$(DTC) -q -I dts -O dtb -o $@ $<

# For U-Boot: the image for its bootm, and an SD card that it boots by itself.
# DTB=FILE goes on the card as well; without it U-Boot's own device tree is used.
DTB ?= $(board-dtb)
$(OUT)/pagewalk.uimage: $(OUT)/pagewalk.bin tools/uimage.py
	$(Q)$(PYTHON) tools/uimage.py kernel $$(($(PHYS_OFFSET) + 0x10000)) $< $@
$(OUT)/sdcard.img: $(OUT)/pagewalk.bin $(OUT)/initramfs.cpio $(DTB) \
		tools/sdcard.py tools/uimage.py
	$(Q)$(PYTHON) tools/sdcard.py $@ pagewalk.bin=$(OUT)/pagewalk.bin \
		initramfs.cpio=$(OUT)/initramfs.cpio $(DTB:%=board.dtb=%)
.PHONY: uimage sdcard
uimage: $(OUT)/pagewalk.uimage
	@echo "$<: U-Boot's bootm takes it"
sdcard: $(OUT)/sdcard.img
	@echo "$<: write it to a card, dd of=/dev/CARD bs=1M"

.SECONDARY:

# ---- the archive -----------------------------------------------------------

-include user/user.mk

# ---- running -----------------------------------------------------------------

export BOARD OUT QEMU CPU QEMU_MACHINE
export QEMU_AUDIO_DRV := none
# To tests/lib/fresh.py: what a recipe runs has been built.
export BUILT_BY_MAKE := yes

QEMU_RUN = $(QEMU) $(QEMU_MACHINE) -nographic -semihosting \
	   -kernel $(OUT)/pagewalk.bin -initrd $(OUT)/initramfs.cpio

.PHONY: run
run: all
	@$(QEMU_RUN) -append "init=/bin/tour$$([ -t 0 ] && echo ' shell')"

# Each board of board/, built and booted: a table. BOARDS='raspi2b virt': some.
.PHONY: boards board-dtb
boards: all $(OUT)/test-initramfs.cpio
	@$(PYTHON) tests/lib/boards.py $(BOARDS)
board-dtb: $(board-dtb)

# To a test that no make started, and to one of another board.
.PHONY: machine
machine:
	@echo '$(QEMU_MACHINE)'

# Events of a command, for a viewer of Chrome traces.
CMD ?= faults
.PHONY: trace
trace: all
	@$(PYTHON) tools/trace.py $(OUT)/trace.json $(CMD)

# The same run as pictures: address spaces, tables and frames at each event.
.PHONY: view setup-view
view: all
	@$(PYTHON) tools/view/view.py $(OUT)/view.html $(CMD)
# What looks at it in a browser, for its test and the README's picture, which
# is an event of the film of faults.
.PHONY: picture
picture:
	@$(MAKE) view CMD=faults
	@$(PYTHON) tools/view/picture.py $(OUT)/view.html docs/view.svg
setup-view:
	@PACKAGES=chromium sh tools/setup.sh

# gdb sees memory with the kernel's rights: in the image with software PAN no
# program's. PORT=4321: where gdb and QEMU meet; APPEND: the command line.
PORT ?= 1234
APPEND ?= init=/bin/tour shell
.PHONY: debug console dump
debug: all $(OUT)/nopan/pagewalk.bin
	@GDB=$(GDB) sh tools/debug.sh $(OUT) $(PORT) $(QEMU_RUN) \
		-kernel $(OUT)/nopan/pagewalk.bin -append "$(APPEND)"
console:
	@$(PYTHON) tools/console.py $(OUT)/console

# The memory as it was when a command's machine ended, as a core for gdb.
dump: all
	@$(PYTHON) tools/dump.py $(OUT)/core $(CMD)

# ---- tests -------------------------------------------------------------------

include tools/debian/debian.mk
-include tests/host/host.mk
-include tools/explainer/explainer.mk
-include tests/target/target.mk
-include tests/user/user-tests.mk
-include tests/system/system.mk
-include tests/system/nopan.mk
-include tests/hw/hw.mk tests/hw/tlb.mk
-include tests/spin/spin.mk
-include tests/bench/bench.mk
-include tests/fuzz/fuzz.mk
-include tests/mutants/mutants.mk
-include labs/labs.mk
include tests/check.mk tools/release.mk

# What documents quote, from a run.
.PHONY: docs
docs: $(OUT)/pagewalk.bin $(OUT)/initramfs.cpio
	$(Q)BUILT_BY_MAKE=yes $(PYTHON) tools/outputs.py --write

.PHONY: lint
lint: $(OUT)/pagewalk.elf core
	@CC='$(CC)' NM='$(NM)' CPPFLAGS='$(subst ','\'',$(CPPFLAGS))' \
		$(PYTHON) tools/lint.py

# For clangd and others that read C: what compiles each file, of all boards.
boards := $(BOARD) $(filter-out $(BOARD),\
	$(patsubst board/%/board.mk,%,$(wildcard board/*/board.mk)))
compile_commands.json: FORCE $(HOST_NEWLIB)
	@set -e; for board in $(boards); do MAKEFLAGS= $(MAKE) -Bn V=1 T= \
		BOARD=$$board check tests/bench/profile.py; done > build/commands
	@$(PYTHON) tools/compile_commands.py $(CC) < build/commands > build/$@
	@mv build/$@ $@		# at once: clangd may be reading

.PHONY: size
size: $(OUT)/pagewalk.elf
	@$(PYTHON) tools/size.py $(SIZE) $(OUT) $(FOLDERS)

.PHONY: clean
clean:
	rm -rf build

.PHONY: help
help:
	@sed 's/@OUT@/$(subst /,\/,$(OUT))/' tools/help.txt

endif
