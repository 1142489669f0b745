# release.mk - what goes out of the tree: the book, tags, images with checksums.

.PHONY: book tags dist setup-book
setup-book:
	@PACKAGES='pandoc weasyprint' sh tools/setup.sh

# docs/ as one page and as one PDF; tools/book/order has the chapters.
book_subtitle := Linux's process address space on ARMv7-A, whole and readable. This book is \
	made from the documents of the source; what it quotes was printed by a run.
book_chapters := $(shell grep -v '^\#' tools/book/order)
build/book/pagewalk.html: $(addprefix tools/book/,book.py order paper.lua style.css) \
		$(book_chapters)
	@command -v pandoc >/dev/null || \
		{ echo 'make book: needs pandoc and weasyprint: make setup-book' >&2; exit 1; }
	@mkdir -p $(@D)
	$(Q)$(PYTHON) tools/book/book.py > build/book/pagewalk.md
	$(Q)pandoc --from gfm --to html5 --standalone --self-contained --toc --toc-depth=2 \
		--lua-filter tools/book/paper.lua --css tools/book/style.css \
		--metadata title='Pagewalk $(VERSION)' --metadata subtitle="$(book_subtitle)" \
		--output $@ build/book/pagewalk.md
build/book/pagewalk.pdf: build/book/pagewalk.html
	$(Q)weasyprint --quiet $< $@
book: build/book/pagewalk.html build/book/pagewalk.pdf
	@echo 'build/book/pagewalk.html, build/book/pagewalk.pdf'

tags:
	$(Q)ctags -o build/tags --languages=C,Asm --exclude=build -R $(FOLDERS) include user
	@echo 'build/tags: vim -t do_page_fault with "set tags=build/tags"'

# What a release has for this board: images, and their checksums.
dist := $(OUT)/dist/pagewalk-$(VERSION)-$(BOARD)
dist: $(OUT)/pagewalk.elf $(OUT)/pagewalk.bin $(OUT)/pagewalk.uimage $(OUT)/sdcard.img \
		$(OUT)/initramfs.cpio
	@rm -rf $(dist) && mkdir -p $(dist)
	$(Q)cp $^ LICENSE CHANGELOG.md docs/first-board.md $(dist)
	$(Q)gzip -9n $(dist)/sdcard.img
	$(Q)cd $(dist) && sha256sum * > SHA256SUMS && cat SHA256SUMS
