# mutants.mk - seeded bugs: `make mutants`, or some by MUTANTS='tlb-* cow-*'.
# RECORD=1 writes what saw each into the documents; with REST=1 only those that are
# not known yet, so that hours can be made of pieces; PART=1/2 beside PART=2/2: two
# at a time.
#
# Not part of `make check`, which only looks whether the table fits the sources.

CHECK_TESTS += tests/mutants/table.t

.PHONY: mutants
mutants:
	@$(PYTHON) tests/mutants/run.py $(if $(RECORD),--record) \
		$(if $(REST),--rest) $(if $(PART),--part $(PART)) \
		$(foreach m,$(MUTANTS),'$(m)')
	$(if $(RECORD),@$(PYTHON) tests/mutants/run.py --doc)
