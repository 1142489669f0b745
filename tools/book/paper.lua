-- paper.lua: what pandoc changes on the way from book.py's text to the book.
--
-- Each heading's identifier is its chapter's and the anchor that GitHub gives it, so
-- that two chapters may have equal headings; a link to none of them stops the build.
-- What must not be torn apart on paper, or needs smaller letters, gets a class, which
-- style.css explains.

local function slug(header)
	local text = pandoc.utils.stringify(header):lower()
	return (text:gsub("[^%w%s_-]", ""):gsub("%s", "-"))
end

-- Sets the identifiers; a comment of book.py begins each chapter. Returns them as a set.
local function name_headings(blocks)
	local known, chapter, kept = {}, "", {}
	for _, block in ipairs(blocks) do
		local mark = block.t == "RawBlock" and
			block.text:match("^<!%-%- chapter ([%w-]+) %-%->")
		if mark then
			chapter = mark
		else
			if block.t == "Header" then
				local id = chapter .. "-" .. slug(block)
				block.identifier = known[chapter] and id or chapter
				known[block.identifier] = true
			end
			table.insert(kept, block)
		end
	end
	return known, kept
end

-- The longest line decides the size of the letters, the kind of text how many lines
-- stay on one page: a drawing is whole, an output may go on.
local function code_block(block)
	local lines, longest = 0, 0
	for line in (block.text .. "\n"):gmatch("(.-)\n") do
		lines = lines + 1
		longest = math.max(longest, utf8.len(line))
	end
	local output = block.text:match("^%$ ") or block.text:match("^%(gdb%)")
	if lines <= (output and 16 or 50) then
		table.insert(block.classes, "whole")
	end
	if longest > 92 then
		table.insert(block.classes, longest > 107 and "widest" or "wide")
	end
	return block
end

local function sized_table(block)
	local rows = block.rows or block.bodies[1].body
	local columns = block.colspecs or block.aligns
	local classes = {}
	if #rows <= 8 then table.insert(classes, "whole") end
	if #columns >= 6 then table.insert(classes, "wide") end
	return pandoc.Div({block}, pandoc.Attr("", classes))
end

-- No line ends behind the first character of "-ENOMEM", "->" or "/proc", nor within
-- `make u-boot`. What book.py has made breakable, or is long, stays so.
local function unbroken(text)
	local torn = text.text:match('^[("]?[-/][%w>]') or
		text.t == "Code" and text.text:match("-")
	if torn and #text.text <= 24 and not text.text:match("\u{200b}") then
		return pandoc.Span({text}, pandoc.Attr("", {"whole"}))
	end
end

function Pandoc(doc)
	local known, blocks = name_headings(doc.blocks)
	local filter = {
		CodeBlock = code_block,
		Table = sized_table,
		Link = function(link)
			local anchor = link.target:match("^#(.*)")
			if anchor and not known[anchor] then
				error("no heading of the book has the anchor " .. anchor)
			end
		end,
		Str = unbroken,
		Code = unbroken,
	}
	return pandoc.Pandoc(pandoc.walk_block(pandoc.Div(blocks), filter).content, doc.meta)
end
