# warnings.mk - what compilers warn of, and whether a warning stops the build.
#
# It does, unless one asks for WERROR=0. What was compiled then may have warnings
# that nobody mended, so the next build that minds them compiles it again: what
# is newer than the file below gets a date older than any source. A make that
# only asks or prints (-q, -n) leaves things as they are.
# The top Makefile and tests/host/host.mk include this.

WERROR ?= 1
WARNED := build/warnings-allowed

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
ifeq ($(WERROR),0)
$(shell mkdir -p build; [ -e $(WARNED) ] || touch $(WARNED))
else
WARNINGS += -Werror
flags := $(filter-out --%,$(firstword -$(MAKEFLAGS)))
ifeq ($(findstring q,$(flags))$(findstring n,$(flags)),)
ifneq ($(wildcard $(WARNED)),)
$(shell find build -path build/mutants -prune -o -type f -newer $(WARNED) \
	-exec touch -d @0 {} +; rm $(WARNED))
endif
endif
endif
# The tests that build are to build likewise.
export WERROR
