# The commands of this repository. Each is one line here and a script in .ci/ that says what it does.
.DEFAULT_GOAL := help
.PHONY: help run demo test check bench corpus fuzz bundle shots

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

run: ## install what is missing, build the page and the app, open the window
	@.ci/start

demo: ## the whole journey on the local gateway, without a window
	@.ci/start --demo

test: ## install what the tests need and run all of them
	@.ci/test

check: ## the gate: format, lints, rules, licences, tests, and an installable package
	@.ci/run

bench: ## measure start, memory, documents beside Redocly's linter, deployments, fleets; ONLY=fleet for that part
	@ONLY=$(ONLY) .ci/bench

corpus: ## take 2,658 public documents through the product, judge what comes out, write docs/corpus.md
	@.ci/corpus

fuzz: ## feed made-up documents to parser, linter, editor and compiler for MINUTES (20) of the processor
	@.ci/fuzz

bundle: ## build the .deb
	@.ci/bundle

shots: ## a picture of every page, light and dark, in shots/
	@.ci/shots
