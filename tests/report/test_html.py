"""Elements of HTML."""

from coterie.report._html import element, items, join, table


def test_elements_escape_what_is_not_html():
    assert (
        element("p", "a<b", element("b", "&"), class_="x", title='"<')
        == '<p class="x" title="&quot;&lt;">a&lt;b<b>&amp;</b></p>'
    )
    assert element("img", alt=None, aria_label="<") == '<img aria-label="&lt;">'
    assert join("<", element("br"), 3) == "&lt;<br>3"
    assert items(["<"], ordered=True) == "<ol><li>&lt;</li></ol>"
    assert "&lt;c&gt;</span></caption>" in table("<c>", ["a"], [["b"]])
    assert 'aria-label="&lt;c&gt;"' in table("<c>", ["a"], [])
