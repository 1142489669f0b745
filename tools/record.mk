# record.mk - what files cannot tell by their age: options, lists of sources.
#
# $(eval $(call record,FILE,VARIABLE)): a file that holds the variable's words.
# It is written only when they have changed, and then what depends on it is made
# anew. The top Makefile and tests/host/host.mk include this.

define record
ifneq ($$(strip $$(file <$(1))),$$(strip $$($(2))))
$(1): FORCE
endif
$(1):
	@mkdir -p $$(@D)
	@printf '%s\n' '$$(subst ','\'',$$($(2)))' > $$@
endef
.PHONY: FORCE
FORCE:
