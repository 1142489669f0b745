# mutants.mk - seeded bugs: `make mutants`, or some by MUTANTS='tlb-* cow-*'.
# RECORD=1 writes what saw each into the documents.
#
# Not part of `make check`, which only looks whether the table fits the sources.

CHECK_TESTS += tests/mutants/table.t

.PHONY: mutants
mutants:
	@$(PYTHON) tests/mutants/run.py $(if $(RECORD),--record) \
		$(foreach m,$(MUTANTS),'$(m)')
	$(if $(RECORD),@$(PYTHON) tests/mutants/run.py --doc)
