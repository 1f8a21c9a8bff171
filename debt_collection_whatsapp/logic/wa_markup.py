"""How WhatsApp writes bold and italic, as HTML that is safe to show."""

import re
from html import escape

#: A word or more between stars is bold, between underscores italic, in one line.
STYLE = re.compile(
    r"(?<!\w)(?:\*(?P<b>[^\s*](?:[^*\n]*[^\s*])?)\*"
    r"|_(?P<i>[^\s_](?:[^_\n]*[^\s_])?)_)(?!\w)"
)


def to_html(text):
    """Return a text as HTML: everything in it is escaped, but bold and italic.

    :param text: what somebody wrote, anything at all

    >>> to_html("*Total*: 5 < 6\\n_thanks_ 2*3*4 snake_case_word")
    '<b>Total</b>: 5 &lt; 6<br><i>thanks</i> 2*3*4 snake_case_word'
    >>> to_html("*very _much_*")
    '<b>very <i>much</i></b>'
    """
    lines = escape(text or "").splitlines()
    return "<br>".join(_style(line) for line in lines)


def to_plain(text):
    """Return a text without the signs of bold and italic, in one line.

    >>> to_plain("*Total*:\\n _5_ ")
    'Total: 5'
    """
    bare = STYLE.sub(lambda found: found["b"] or found["i"], text or "")
    return " ".join(bare.split())


def _style(line):
    # what is inside bold holds no star, inside italic no underscore: two levels at most
    return STYLE.sub(_tag, line)


def _tag(found):
    tag = "b" if found["b"] else "i"
    return f"<{tag}>{_style(found[tag])}</{tag}>"
