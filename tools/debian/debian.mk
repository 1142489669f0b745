# debian.mk - Debian's own programs, unmodified, on Pagewalk.
#
# `make debian` fetches the packages once, then boots to bash; without a
# terminal it runs try.sh instead and checks the answers.

DEBIAN_ARCHIVE := build/debian/archive.cpio
DEBIAN_RUNTIMES := build/debian/runtimes.cpio
DEBIAN_LINUX := build/debian/vmlinuz
DEBIAN_DTB := build/debian/vexpress-v2p-ca9.dtb
debian_fetch := tools/debian/fetch.py

$(DEBIAN_ARCHIVE) $(DEBIAN_RUNTIMES): $(filter-out %.mk,$(wildcard tools/debian/*))
	$(call say,FETCH,$@)
	$(Q)$(PYTHON) $(debian_fetch) $(basename $(@F)) $@
# One apt at a time.
$(DEBIAN_RUNTIMES): | $(DEBIAN_ARCHIVE)

$(DEBIAN_LINUX): $(debian_fetch)
	$(call say,FETCH,$@)
	$(Q)$(PYTHON) $(debian_fetch) linux $(@D)
$(DEBIAN_DTB): $(DEBIAN_LINUX)

.PHONY: debian
debian: $(OUT)/pagewalk.bin $(DEBIAN_ARCHIVE)
	@if [ -t 0 ]; then \
		$(QEMU) $(QEMU_MACHINE) -m 512M -nographic -semihosting \
			-kernel $< -initrd $(DEBIAN_ARCHIVE) \
			-append init=/init; \
	else $(PROVE) -v tests/system/debian.t; fi

# More of Debian's programs, and larger: what they answer.
.PHONY: runtimes
runtimes: $(OUT)/pagewalk.bin
	@$(PROVE) -v tests/system/runtimes.py
