# spin.mk - what several cores would do, model-checked.

CHECK_TESTS += $(wildcard tests/spin/*.t)
