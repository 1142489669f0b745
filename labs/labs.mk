# labs.mk - exercises that grade themselves: labs/README.md.

.PHONY: lab grade solve riddle
lab grade solve:
	@$(PYTHON) labs/lab.py $@ '$(L)'
riddle:
	@$(PYTHON) labs/lab.py riddle '$(SEED_GIVEN)' $(if $(HINT),hint) \
		$(if $(ANSWER),answer)
# SEED has a default for `make soak`.
SEED_GIVEN = $(if $(filter command environment,$(firstword $(origin SEED))),$(SEED))

CHECK_TESTS += labs/labs.t
