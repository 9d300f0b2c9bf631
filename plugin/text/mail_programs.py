"""How mail programs mark quotes and signatures in the HTML they write."""

from plugin.text.markup import Mark, Page

# Gmail, Apple Mail and Thunderbird, Yahoo, Proton, Outlook, Zoho, GMX, Front, Gorgias, Spark and
# others. Yahoo and Outlook put a prefix before the names that they meet in older mail.
_QUOTES = (
    ".gmail_quote, .gmail_quote_container, blockquote[type=cite], .moz-cite-prefix, "
    ".moz-forward-container, [class*=yahoo_quoted], blockquote.iosymail, .protonmail_quote, "
    "#mail-editor-reference-message-container, .ms-outlook-mobile-reference-message, "
    "#OLK_SRC_BODY_SECTION, .OutlookMessageHeader, .zmail_extra, div[name=quote], "
    ".front-blockquote, .gorgias_quote, .freshdesk_quote, .missive_quote, .tutanota_quote, "
    "[name=messageReplySection]"
)
# In these an answer may stand between two block quotes.
_ANSWERED_IN = (
    "div.gmail_quote > blockquote.gmail_quote, div.protonmail_quote > blockquote, "
    "div.zmail_extra > blockquote"
)
# Outlook on the web closes these at once; what follows them is the older mail.
_HISTORY_STARTS = "#appendonsend, #divRplyFwdMsg, #x_divRplyFwdMsg"
# Not Apple's `AppleMailSignature` and Yahoo's `ymail_android_signature`: both programs also put
# them around what people write.
_SIGNATURES = (
    ".gmail_signature, .gmail_signature_prefix, .moz-signature, #Signature, "
    "#ms-outlook-mobile-signature, [class^=protonmail_signature_block], #composer_signature, "
    ".zmail_signature_below, .zmail_signature_above, .io-ox-signature, "
    "#ymail_android_signature_link, [name=messageSignatureSection], [id^=sig] > .signature"
)
_CITED = "blockquote"
_BOXED = "div[style*=border-top]"


def mark_mail(page: Page) -> None:
    """Mark what the writer's program says is not the writer's own."""
    answered: set[int] = set()
    for quote in page.select(_ANSWERED_IN):
        box = quote.parent
        if box is not None and box.mem_id not in answered:
            answered.add(box.mem_id)
            page.mark(box, Mark.QUOTE, until=quote)
    for selector, mark in (
        (_QUOTES, Mark.QUOTE),
        (_SIGNATURES, Mark.SIGNATURE),
        (_CITED, Mark.CITED),
        (_BOXED, Mark.BOXED),
        (_HISTORY_STARTS, Mark.HISTORY),
    ):
        for node in page.select(selector):
            if node.mem_id not in answered:
                page.mark(node, mark)
