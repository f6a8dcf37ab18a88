"""Pages of HTML, read again."""

import html.parser

EMPTY = {"br", "img", "meta"}
UNITS = {"h1", "h2", "h3", "p", "li", "dt", "dd", "figcaption", "caption", "th", "td", "pre"}  # what holds text


class Page(html.parser.HTMLParser):
    """Checks that elements are closed in order and collects what tests look at."""

    def __init__(self, text):
        super().__init__()
        self.source, self.open, self.elements, self.text = text, [], [], ""
        self.tables, self.headings, self.blocks, self.styles = {}, [], [], []
        self.chapter, self.units = "", []  # each with its chapter and its element
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        assert len(dict(attributes)) == len(attributes)
        if tag not in EMPTY:
            self.open.append((tag, []))
        if tag == "table":
            self.rows = []
        if tag == "tr":
            self.rows.append([])

    def handle_startendtag(self, tag, attributes):
        raise AssertionError(f"<{tag}/> is no HTML")

    def handle_endtag(self, tag):
        opened, parts = self.open.pop()
        assert opened == tag
        text = "".join(parts)
        if tag == "h2":
            self.chapter = text
        if tag in UNITS:
            self.units.append((self.chapter, tag, " ".join(text.split()) if tag != "pre" else text))
        if tag in ("th", "td"):
            self.rows[-1].append(text)
        elif tag == "caption":
            self.caption = text
        elif tag == "table":
            self.tables[self.caption] = self.rows
        elif tag in ("h1", "h2", "h3"):
            self.headings.append((int(tag[1]), text))
        elif tag == "pre":
            self.blocks.append(text)
        elif tag == "style":
            self.styles.append(text)
        if self.open:
            self.open[-1][1].append(text)
        if tag == "body":
            self.text = " ".join(text.split())

    def handle_data(self, data):
        if self.open:
            self.open[-1][1].append(data)

    def table(self, start):
        return next(rows for caption, rows in self.tables.items() if caption.startswith(start))
