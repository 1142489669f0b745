# mutants.mk - seeded bugs: `make mutants`, or some by MUTANTS='tlb-* cow-*'.
#
# Not part of `make check`, which only looks whether the table fits the sources.

CHECK_TESTS += tests/mutants/table.t

.PHONY: mutants
mutants:
	@$(PYTHON) tests/mutants/run.py $(foreach m,$(MUTANTS),'$(m)')
