# explainer.mk - tools/explain: the kernel's descriptor formats and fault table,
# compiled for the host.

EXPLAIN_SOURCES := $(wildcard tools/explainer/*.c) mmu/abort.c mmu/pgtable_debug.c

# What the kernel's files need of the rest of the kernel is dropped unlinked.
$(HOST)/explain: $(EXPLAIN_SOURCES) $(wildcard tools/explainer/*.h) mmu/desc.h \
		mmu/abort.h include/asm/domain.h | $(HOST_NEWLIB)
	$(call say,HOSTLD,$@)
	$(Q)$(HOST_CC) -std=gnu11 -O1 -g $(WARNINGS) $(HOST_CPPFLAGS) \
		-ffunction-sections -fdata-sections -Wl,--gc-sections \
		-o $@ $(EXPLAIN_SOURCES)
